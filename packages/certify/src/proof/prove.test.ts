import { type MoE, retract } from '@softmoe/model';
import { expertOf, gateOf, routingOf } from '@softmoe/model/checks';
import { addScaled, dotParams, mapParams, normParams } from '@softmoe/model/linalg';
import { populationObjective } from '@softmoe/population';
import { createTeacher, type Geometry, normals } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../finetune/fixtures/scenes.ts';
import { gradientDescent } from '../../../finetune/src/index.ts';
import { type Proof, prove } from '../index.ts';
import { contractionFactor, thirdDerivativeBound } from './contraction-ball.ts';
import { gateEnclosure } from './gate-enclosures.ts';
import { constantsOf } from './prove.ts';

const expert = { kind: 'hermite', degree: 3 } as const;
const make = (inputDim: number, experts: number, geometry: Geometry, rest: object = {}) =>
  createTeacher({ inputDim, experts, gate: 'sigmoid', expert, geometry, seed: 3, ...rest });
const kinds = [
  ['two random units in 4 dimensions', make(4, 2, { kind: 'random-unit' })],
  ['two orthonormal units', make(5, 2, { kind: 'orthonormal' })],
  ['two units with tanh gates', make(6, 2, { kind: 'random-unit' }, { gate: 'tanh' })],
  ['two correlated units', make(6, 2, { kind: 'correlated', overlap: 0.5 })],
] as const;

function proofOf(student: MoE, teacher: MoE): Proof {
  const { proof, proofFailure } = prove(student, teacher);
  if (!proof) throw new Error(proofFailure.inequality);
  return proof;
}

const distanceOf = (x: MoE, y: MoE) => normParams(addScaled(x.params, -1, y.params));

/** The model at that distance from the teacher, in the direction of `noise`, after retraction. */
function displaced(teacher: MoE, noise: MoE['params'], distance: number): MoE {
  let low = 0;
  let high = 4 * distance;
  const length = normParams(noise);
  const at = (t: number) => retract(teacher.spec, addScaled(teacher.params, t / length, noise));
  for (let n = 0; n < 50; n++) {
    const middle = (low + high) / 2;
    if (distanceOf(at(middle), teacher) < distance) low = middle;
    else high = middle;
  }
  return at(low);
}

const scaled = (factor: number, params: MoE['params']) =>
  mapParams(params, ({ shape, data }) => ({ shape, data: data.map((x) => factor * x) }));

function noiseOf(teacher: MoE, seed: number): MoE['params'] {
  return mapParams(teacher.params, ({ shape }, stream) => {
    const [rows = 0, columns = 1] = shape;
    return { shape, data: normals({ seed, stream, step: 0, size: rows }, columns) };
  });
}

describe.each(kinds)('the proof for %s', (_, teacher) => {
  const proof = proofOf(teacher, teacher);
  const objective = populationObjective(teacher);
  const { gate, expert: form, inputDim } = teacher.spec;
  const eta = expertOf(form).coefficients ?? [];
  const constants = constantsOf(teacher, gateEnclosure(gate)!, eta, inputDim);
  /** q at that distance: far below `rate` at short distances and short steps. */
  const factorBound = (step: number, distance: number) =>
    contractionFactor({ ...constants, steps: proof.steps }, step, distance);

  async function factorOf(start: MoE, step: number): Promise<number> {
    const { gradient } = await objective.evaluate(start, 0);
    const next = retract(teacher.spec, addScaled(start.params, -step, gradient));
    return distanceOf(next, teacher) / distanceOf(start, teacher);
  }

  it('holds for random starts at the edge and inside, for steps of all lengths', async () => {
    for (let seed = 0; seed < 120; seed++) {
      const distance = proof.radius * [0.999, 0.3, 0.01][seed % 3]!;
      const start = displaced(teacher, noiseOf(teacher, seed), distance);
      const share = (seed % 5) / 4;
      const step = proof.steps[0] + share * (proof.steps[1] - proof.steps[0]);
      const bound = factorBound(step, distanceOf(start, teacher));
      expect(bound).toBeLessThanOrEqual(proof.rate);
      expect(await factorOf(start, step)).toBeLessThanOrEqual(bound);
    }
  });

  it.each([1e-3, 0.1, 0.999])(
    'holds at %d radii for starts that an adversary improves, and is nearly attained',
    async (share) => {
      for (const step of proof.steps) {
        let worst = 0;
        for (let seed = 0; seed < 4; seed++) {
          let direction = noiseOf(teacher, 1000 + seed);
          for (let n = 0; n < 30; n++) {
            const start = displaced(teacher, direction, share * proof.radius);
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
    },
  );

  it.each([0, 0.5, 20])(
    'has a bound K(s) above third derivatives that ascent finds in %d radii',
    async (share) => {
      const s = share * proof.radius;
      const bound = thirdDerivativeBound(constants, s).hi;
      const found = await largestThirdDerivative(s);
      expect(found).toBeLessThan(bound);
      expect(found).toBeGreaterThan(bound / (share > 1 ? 12 : 6));
    },
  );

  /** |D³L[ξ, ξ, ·]| at points of distance s, by second differences of the gradient along lines and ascent in ξ. */
  async function largestThirdDerivative(s: number): Promise<number> {
    const t = 2e-3;
    let largest = 0;
    for (let seed = 0; seed < 6; seed++) {
      let at = displaced(teacher, noiseOf(teacher, 2000 + seed), s);
      let direction = noiseOf(teacher, 3000 + seed);
      for (let n = 0; n < 40; n++) {
        const unit = scaled(1 / normParams(direction), direction);
        const [before, middle, after] = [
          await ambientGradient(addScaled(at.params, -t, unit)),
          await ambientGradient(at.params),
          await ambientGradient(addScaled(at.params, t, unit)),
        ];
        const bend = scaled(1 / t ** 2, addScaled(addScaled(before, -2, middle), 1, after));
        largest = Math.max(largest, normParams(bend));
        direction = addScaled(bend, 1, unit);
        if (s > 0 && n % 10 === 9) at = displaced(teacher, direction, s);
      }
    }
    return largest;
  }

  /** The gradient of the loss as a function of rows of any length, which are divided by their lengths. */
  async function ambientGradient(params: MoE['params']): Promise<MoE['params']> {
    const { gradient } = await objective.evaluate(retract(teacher.spec, params), 0);
    return mapParams(gradient, ({ shape, data }, name) => {
      const [, columns] = shape;
      if (columns === undefined) return { shape, data };
      const rows = params[name as 'router' | 'expert'].data;
      const lengthAt = (p: number) => {
        const start = p - (p % columns);
        return Math.hypot(...rows.subarray(start, start + columns));
      };
      return { shape, data: data.map((x, p) => x / lengthAt(p)) };
    });
  }

  it('finds no critical point in the ball: the gradient points away from the teacher', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const start = displaced(teacher, noiseOf(teacher, 500 + seed), 0.999 * proof.radius);
      const { gradient } = await objective.evaluate(start, 0);
      const outwards = addScaled(start.params, -1, teacher.params);
      expect(dotParams(gradient, outwards)).toBeGreaterThan(0);
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
    const inside = displaced(mirrored, noiseOf(teacher, 7), 0.9 * proof.radius);
    const found = proofOf(inside, teacher);
    expect(found.image.unit).toEqual([1, 0]);
    expect(found.image.signs.map(({ expert: sign, amplitude }) => [sign, amplitude])).toEqual([
      [-1, -1],
      [-1, -1],
    ]);
    expect(found.distance).toBeGreaterThanOrEqual(distanceOf(inside, mirrored) - 1e-16);
    expect(found.distance).toBeLessThan(distanceOf(inside, mirrored) + 1e-14);
    const outside = displaced(teacher, noiseOf(teacher, 7), 1.1 * proof.radius);
    const { proofFailure } = prove(outside, teacher);
    expect(proofFailure).toMatchObject({ reason: 'distance' });
    expect(proofFailure?.excess).toBeCloseTo(0.1 * proof.radius, 8);
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

it('has the K(s) of the derivation by hand for orthonormal units', () => {
  const [, teacher] = kinds[1];
  const constants = constantsOf(teacher, gateEnclosure('sigmoid')!, [0, 0, 0, 1], 5);
  // The largest eigenvalue in closed form, docs/theory.md (34).
  expect(constants.lambdaMax).toBeGreaterThan(1.0787785);
  expect(constants.lambdaMax).toBeLessThan(1.0787786 * 1.0002);
  const s = 0.1;
  const second = constants.units.second(1 + s) / (1 - s ** 2 / 4);
  const third = constants.units.third(1 + s) / (1 - s ** 2 / 4) ** 1.5;
  const first = Math.sqrt(constants.lambdaMax) + second * s;
  const byHand = 3 * first * second + first * s * third;
  expect(thirdDerivativeBound(constants, s).hi / byHand).toBeCloseTo(1, 12);
  const rho = 1 - 0.4 * constants.mu;
  const q = Math.sqrt(rho ** 2 + s ** 2 / 4) + 0.2 * byHand * s;
  expect(contractionFactor({ ...constants, steps: [0.4, 0.4] }, 0.4, s)).toBeCloseTo(q, 12);
});

describe('no proof', () => {
  const teacher = make(8, 2, { kind: 'orthonormal' });
  const reasonOf = (model: MoE) => prove(model, model).proofFailure?.reason;

  it('is given for a teacher with a duplicated unit, or two that are nearly the same', () => {
    expect(reasonOf(unitsOf(teacher, [0, 1, 1], [1, 1, 1]))).toBe('curvature');
    const near = unitsOf(teacher, [0, 1, 1], [1, 1, 1]);
    near.params.router.data[2 * 8] = near.params.router.data[2 * 8]! + 1e-8;
    expect(reasonOf(retract(near.spec, near.params))).toBe('curvature');
  });

  it('is given for amplitudes that float64 cannot tell from 0', () => {
    expect(reasonOf(unitsOf(teacher, [0, 1], [1, 1e-8]))).toBe('curvature');
    expect(reasonOf(unitsOf(teacher, [0, 1], [1, 0]))).toBe('curvature');
  });

  it('reaches a student 1e-3 away from a teacher with experts correlated to 0.999', () => {
    const correlated = make(12, 3, { kind: 'correlated', overlap: 0.999 });
    const student = displaced(correlated, noiseOf(correlated, 1), 1e-3);
    expect(prove(student, correlated).proofFailure).toMatchObject({ reason: 'distance' });
  });

  it('is given for steps that do not converge, and says below which they would', () => {
    const { proofFailure } = prove(teacher, teacher, { steps: [0.5, 3] });
    expect(proofFailure).toMatchObject({ reason: 'contraction' });
    expect(proofFailure?.excess).toBeGreaterThan(0);
    expect(proofFailure?.remedy).toMatch(/below 2\/λ_max/);
  });

  it.each<[object, string]>([
    [{ steps: [0, 1] }, 'options.steps[0]'],
    [{ steps: [1, 0.5] }, 'options.steps[1]'],
    [{ steps: 0.5 }, 'options.steps[0]'],
    [{ maxUnits: 0 }, 'options.maxUnits'],
    [{ inputDim: 7 }, 'options.inputDim'],
    [{ step: 0.5 }, 'options.step'],
  ])('comes from a bad option (%o)', (options, field) => {
    const action = () => prove(teacher, teacher, options as never);
    expect(action).toThrow(expect.objectContaining({ field }));
  });

  it('rests on the parity that an expert or a routing of one’s own claims', () => {
    const untrue = {
      ...expertOf({ kind: 'series', coefficients: [0, 0.5, 1] }),
      kind: 'mine',
      parity: 'odd',
    };
    const claimed = { ...teacher, spec: { ...teacher.spec, expert: untrue } } as unknown as MoE;
    const { expert: rows, amplitude } = scaled(-1, teacher.params);
    const flipped = {
      ...claimed,
      params: { router: teacher.params.router, expert: rows, amplitude },
    };
    expect(prove(flipped, claimed).proofFailure).toMatchObject({ reason: 'expert' });
    const routing = { ...routingOf('independent'), parity: () => 'odd' };
    const rerouted = { ...teacher, spec: { ...teacher.spec, routing } } as unknown as MoE;
    expect(reasonOf(rerouted)).toBe('routing');
  });

  it('is attempted for what has no bounds, or for more units than allowed', () => {
    const own = { ...gateOf('sigmoid'), name: 'mine' };
    const custom = { ...teacher, spec: { ...teacher.spec, gate: own } } as unknown as MoE;
    expect(prove(custom, custom).proofFailure).toMatchObject({
      reason: 'gate',
      inequality: 'the gate mine has no proved bounds',
    });
    const relu = make(4, 1, { kind: 'random-unit' }, { expert: { kind: 'relu' } });
    expect(reasonOf(relu)).toBe('expert');
    expect(prove(unitsOf(teacher, [0], [1]), teacher).proofFailure).toMatchObject({
      reason: 'size',
    });
    const { proofFailure } = prove(teacher, teacher, { maxUnits: 1 });
    expect(proofFailure).toMatchObject({ reason: 'not-attempted', excess: null });
    expect(proofFailure?.remedy).toMatch(/MB/);
  });
});
