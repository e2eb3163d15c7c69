import { type MoE, retract } from '@softmoe/model';
import { expertOf } from '@softmoe/model/checks';
import { addScaled, complete, dotParams, normParams } from '@softmoe/model/linalg';
import { populationObjective } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../finetune/fixtures/scenes.ts';
import { gradientDescent } from '../../../finetune/src/index.ts';
import { cubicTeacher, displaced, distanceOf, noiseOf, proofOf } from '../../fixtures/proofs.ts';
import { prove } from '../index.ts';
import { contractionFactor } from './contraction-ball.ts';
import { gateEnclosure } from './gate-enclosures.ts';
import { constantsOf } from './prove.ts';

const kinds = [
  ['two random units in 4 dimensions', cubicTeacher(4, 2, { kind: 'random-unit' })],
  ['two orthonormal units', cubicTeacher(5, 2, { kind: 'orthonormal' })],
  ['two units with tanh gates', cubicTeacher(6, 2, { kind: 'random-unit' }, { gate: 'tanh' })],
  ['two correlated units', cubicTeacher(6, 2, { kind: 'correlated', overlap: 0.5 })],
] as const;

describe.each(kinds)('the proof for %s', (_, teacher) => {
  const near = proofOf(teacher, teacher);
  const far = proofOf(displaced(teacher, noiseOf(teacher, 8), 2 * near.radius), teacher);
  const balls = [near, far];
  const objective = populationObjective(teacher);
  const { gate, expert: form, inputDim } = teacher.spec;
  const eta = expertOf(form).coefficients ?? [];
  const constants = complete(constantsOf(teacher, gateEnclosure(gate)!, eta, inputDim));
  /** q at that distance: far below `rate` at short distances and short steps. */
  const factorBound = (step: number, distance: number) =>
    contractionFactor(constants, step, distance);

  it('reaches several times as far for steps that are not the longest', () => {
    expect(far.radius).toBeGreaterThan(4 * near.radius);
    expect(far.steps[0]).toBe(near.steps[0]);
    expect(far.steps[1]).toBeLessThan(near.steps[1]);
    expect(far.steps[1] * constants.lambdaMax).toBeCloseTo(1.25, 12);
  });

  async function factorOf(start: MoE, step: number): Promise<number> {
    const { gradient } = await objective.evaluate(start, 0);
    const next = retract(teacher.spec, addScaled(start.params, -step, gradient));
    return distanceOf(next, teacher) / distanceOf(start, teacher);
  }

  it('holds for random starts at the edge and inside, for steps of all lengths', async () => {
    for (const { radius, rate, steps } of balls) {
      for (let seed = 0; seed < 120; seed++) {
        const distance = radius * [0.999, 0.3, 0.01][seed % 3]!;
        const start = displaced(teacher, noiseOf(teacher, seed), distance);
        const step = steps[0] + ((seed % 5) / 4) * (steps[1] - steps[0]);
        const bound = factorBound(step, distanceOf(start, teacher));
        expect(bound).toBeLessThanOrEqual(rate);
        expect(await factorOf(start, step)).toBeLessThanOrEqual(bound);
      }
    }
  });

  it.each([1e-3, 0.1, 0.999])(
    'holds at %d radii for starts that an adversary improves, and is nearly attained',
    async (share) => {
      for (const { radius, steps } of balls) {
        for (const step of steps) {
          let worst = 0;
          for (let seed = 0; seed < 4; seed++) {
            let direction = noiseOf(teacher, 1000 + seed);
            for (let n = 0; n < 30; n++) {
              const start = displaced(teacher, direction, share * radius);
              const { gradient } = await objective.evaluate(start, 0);
              const next = retract(teacher.spec, addScaled(start.params, -step, gradient));
              const distance = distanceOf(start, teacher);
              const factor = distanceOf(next, teacher) / distance;
              expect(factor).toBeLessThanOrEqual(factorBound(step, distance) + 1e-15 / distance);
              worst = Math.max(worst, factor);
              // The map contracts least along what it returns: iterate it.
              direction = addScaled(next.params, -1, teacher.params);
            }
          }
          expect(worst).toBeGreaterThan(1 - 2 * (1 - factorBound(step, 0)));
        }
      }
    },
  );

  it('contracts even along the worst direction to the first order, halfway to the edge', async () => {
    for (const { radius, steps } of balls) {
      for (const step of steps) {
        const distance = 0.5 * radius;
        let worst = 0;
        for (let seed = 0; seed < 2; seed++) {
          let best = noiseOf(teacher, 4000 + seed);
          let most = await factorOf(displaced(teacher, best, distance), step);
          for (let n = 1; n < 60; n++) {
            const move = noiseOf(teacher, 5000 + 100 * seed + n);
            const next = addScaled(best, (normParams(best) / normParams(move)) * 0.95 ** n, move);
            const factor = await factorOf(displaced(teacher, next, distance), step);
            if (factor > most) [best, most] = [next, factor];
          }
          worst = Math.max(worst, most);
        }
        expect(worst).toBeLessThan(factorBound(step, distance));
      }
    }
  });

  it('has a rate at the student’s own distance between that at the teacher and that at the edge', async () => {
    for (const share of [1e-6, 0.1, 0.9]) {
      const student = displaced(teacher, noiseOf(teacher, 9), share * near.radius);
      const { distance, rate, rateHere, steps } = proofOf(student, teacher);
      expect(rateHere).toBe(Math.max(...steps.map((step) => factorBound(step, distance))));
      expect(rateHere).toBeLessThan(rate);
      for (const step of steps) expect(await factorOf(student, step)).toBeLessThan(rateHere);
    }
    expect(near.rateHere).toBeCloseTo(Math.max(...near.steps.map((x) => factorBound(x, 0))), 12);
  });

  it('finds no critical point in the ball: the gradient points away from the teacher', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const start = displaced(teacher, noiseOf(teacher, 500 + seed), 0.999 * far.radius);
      const { gradient } = await objective.evaluate(start, 0);
      const outwards = addScaled(start.params, -1, teacher.params);
      expect(dotParams(gradient, outwards)).toBeGreaterThan(0);
    }
  });

  it('is of gradients no longer than the bounds of the Jacobian allow', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const start = displaced(teacher, noiseOf(teacher, 600 + seed), far.radius);
      const distance = distanceOf(start, teacher);
      const { gradient, loss } = await objective.evaluate(start, 0);
      const bend = constants.secondDerivative(constants.amplitude + distance);
      const highest =
        Math.sqrt(constants.lambdaMax) + (0.5 * bend * distance) / (1 - distance ** 2 / 4);
      const lowest = Math.sqrt(constants.mu) - (0.5 * bend * distance) / (1 - distance ** 2 / 4);
      const tangential = distance * Math.sqrt(1 - distance ** 2 / 4);
      expect(Math.sqrt(2 * loss)).toBeLessThan(highest * distance);
      expect(Math.sqrt(2 * loss)).toBeGreaterThan(
        lowest * tangential - 0.25 * bend * distance ** 3,
      );
      expect(normParams(gradient)).toBeLessThan(2 * highest ** 2 * distance);
    }
  });

  it('contains a student inside the ball and not one outside, behind a symmetry too', () => {
    const flipped = retract(teacher.spec, {
      ...teacher.params,
      expert: {
        shape: teacher.params.expert.shape,
        data: teacher.params.expert.data.map((x) => -x),
      },
      amplitude: { shape: [2], data: teacher.params.amplitude.data.map((x) => -x) },
    });
    const mirrored = unitsOf(flipped, [1, 0], [...flipped.params.amplitude.data].reverse());
    const inside = displaced(mirrored, noiseOf(teacher, 7), 0.9 * near.radius);
    const found = proofOf(inside, teacher);
    expect(found.image.unit).toEqual([1, 0]);
    expect(found.image.signs.map(({ expert: sign, amplitude }) => [sign, amplitude])).toEqual([
      [-1, -1],
      [-1, -1],
    ]);
    expect(found.distance).toBeGreaterThanOrEqual(distanceOf(inside, mirrored) - 1e-16);
    expect(found.distance).toBeLessThan(distanceOf(inside, mirrored) + 1e-14);
    const outside = displaced(teacher, noiseOf(teacher, 7), 1.1 * far.radius);
    const { proofFailure } = prove(outside, teacher);
    expect(proofFailure).toMatchObject({ reason: 'distance' });
    expect(proofFailure?.excess).toBeCloseTo(0.1 * far.radius, 8);
    expect(proofFailure?.remedy).toMatch(/Fine-tune/);
  });
});

it('holds for steps that gradient descent takes near the teacher', async () => {
  const [, teacher] = kinds[0];
  const proof = proofOf(teacher, teacher);
  const start = displaced(teacher, noiseOf(teacher, 1), 0.5 * proof.radius);
  const mu = 2 / proof.steps[1];
  const descent = gradientDescent({
    objective: populationObjective(teacher),
    spectrum: async () => ({ mu: 0.01, lambdaMax: mu }),
  });
  let state = await descent.init(start);
  for (let n = 0; n < 30; n++) {
    const before = distanceOf(state.model, teacher);
    state = await descent.step(state);
    expect(distanceOf(state.model, teacher)).toBeLessThanOrEqual(proof.rate * before + 1e-15);
  }
});

describe('a start', () => {
  const [, teacher] = kinds[1];
  const near = proofOf(teacher, teacher);
  const at = (distance: number) => displaced(teacher, noiseOf(teacher, 21), distance);
  const startOf = (start: MoE) => {
    const { proof } = prove(teacher, teacher, { start });
    return proof?.start;
  };

  it('is proved by the ball of most steps that holds it', () => {
    const inside = startOf(at(0.5 * near.radius));
    expect(inside).toMatchObject({ proved: true, radius: near.radius, steps: near.steps });
    const farther = startOf(at(3 * near.radius));
    const { proof } = prove(at(3 * near.radius), teacher);
    expect(farther?.proved).toBe(true);
    expect(proof).toMatchObject({ radius: farther?.radius, steps: farther?.steps });
    expect(farther?.distance).toBeCloseTo(3 * near.radius, 12);
  });

  it('outside every ball is told with the largest', () => {
    const outside = startOf(at(0.2));
    expect(outside?.proved).toBe(false);
    expect(outside?.radius).toBeLessThan(outside!.distance);
    expect(outside?.radius).toBeGreaterThan(4 * near.radius);
  });

  it('of another size than the student is refused', () => {
    expect(() => prove(teacher, teacher, { start: unitsOf(teacher, [0], [1]) })).toThrow(
      expect.objectContaining({ field: 'options.start', value: 1 }),
    );
  });
});
