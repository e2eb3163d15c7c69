import { normParams, scaleParams } from '@softmoe/model';
import { populationCurvature, populationObjective } from '@softmoe/population';
import { createTeacher } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import {
  geometries,
  perturbed,
  scene,
  settle,
  spanScene,
  teacherOf,
  unitsOf,
  withTwins,
} from '../fixtures/scenes.ts';
import { type Certificate, certify } from './certificate.ts';
import { finetuneMethods } from './finetune.ts';

const teacher = teacherOf(32, 3, geometries[0]!, 1);
const other = teacherOf(32, 3, geometries[2]!, 2);

const spreadTeacher = (amplitudeSpread: number) =>
  createTeacher({
    inputDim: 16,
    experts: 3,
    gate: 'sigmoid',
    expert: { kind: 'hermite', degree: 3 },
    geometry: { kind: 'orthonormal' },
    seed: 0,
    amplitudeSpread,
  });

/** ln measured/ln predicted − 1: how far the run was from what its Hessian says. */
const disagreement = ({ measuredContraction, predictedContraction }: Certificate) =>
  Math.log(measuredContraction!) / Math.log(predictedContraction!) - 1;

describe('the verdict', () => {
  it.each(finetuneMethods)('is certified at the teacher (%s)', async (method) => {
    const start = perturbed(teacher, 0.1, 1);
    const { certificate } = (await settle(spanScene(start, teacher, { method }))).result;
    expect(certificate).toMatchObject({ verdict: 'certified', parameterError: expect.any(Number) });
    expect(certificate.mu).toBeCloseTo(0.044836, 6);
    expect(certificate.lambdaMax).toBeCloseTo(1.078779, 6);
    expect(Math.abs(certificate.loss)).toBeLessThan(1e-14);
    expect(certificate.parameterError).toBeLessThan(1e-13);
    expect(certificate.onePointConvexity).toBeGreaterThan(0.04);
  });

  it.each(finetuneMethods)('is degenerate with a unit too many (%s)', async (method) => {
    for (const target of [teacher, other]) {
      const copies = unitsOf(target, [0, 1, 2, 2], [1, 1, 0.5, 0.5]);
      const exact = await settle(spanScene(copies, target, { method, maxSteps: 300 }));
      expect(exact.result.certificate.verdict).toBe('degenerate');
      expect(exact.result.certificate).not.toHaveProperty('parameterError');
      const start = perturbed(copies, 0.1, 2);
      const maxSteps = method === 'gradientDescent' ? 500 : 12;
      const { certificate, reason } = (await settle(spanScene(start, target, { method, maxSteps })))
        .result;
      expect(reason).toBe('steps');
      expect(certificate.verdict).toBe('degenerate');
      expect(Math.abs(certificate.mu)).toBeLessThan(1e-4);
    }
  });

  it.each(finetuneMethods)('is nonzero-loss with a unit too few (%s)', async (method) => {
    for (const target of [teacher, other]) {
      const start = perturbed(unitsOf(target, [0, 1], [1, 1]), 0.1, 3);
      const { certificate } = (await settle(spanScene(start, target, { method }))).result;
      expect(certificate.verdict).toBe('nonzero-loss');
      expect(certificate.loss).toBeGreaterThan(0.1);
      expect(certificate.mu).toBeGreaterThan(0);
    }
  });

  it('is saddle where symmetry holds two units on the ridge between two experts', async () => {
    const { certificate, reason } = (await settle(spanScene(withTwins(teacher), teacher))).result;
    expect(reason).toBe('rounding');
    expect(certificate.verdict).toBe('saddle');
    expect(certificate.mu).toBeLessThan(-0.1);
    expect(certificate.loss).toBeGreaterThan(0.1);
    expect(certificate.onePointConvexity).toBeLessThan(0);
  });

  it.each(finetuneMethods)('is not-converged when stopped early (%s)', async (method) => {
    const counts = method === 'gradientDescent' ? [0, 1, 20, 100, 200] : [0, 1, 2];
    for (const target of [teacher, other]) {
      for (const maxSteps of counts) {
        const start = perturbed(target, 0.2, 4);
        const { certificate, reason } = (
          await settle(spanScene(start, target, { method, maxSteps }))
        ).result;
        expect(reason).toBe('steps');
        expect(certificate.verdict).toBe('not-converged');
      }
    }
  });

  it('counts the directions that span coordinates leave out', async () => {
    const { evaluate } = populationObjective(teacher);
    const { loss, gradient } = await evaluate(teacher, 0);
    const curvature = populationCurvature(teacher, teacher);
    const bent = (complement: number) => ({
      ...curvature,
      multiplicity: 0,
      complement: {
        ...curvature.complement,
        hessian: { shape: [1, 1], data: Float64Array.of(complement) },
      },
    });
    const point = { model: teacher, loss, gradient, nullLoss: 0.5 };
    expect(certify({ ...point, curvature: bent(-1) }).verdict).toBe('certified');
    expect(certify({ ...point, curvature: bent(-1), hidden: 1 })).toMatchObject({
      verdict: 'degenerate',
      mu: -1,
    });
  });

  it('turns on tolerances that can be chosen', async () => {
    const model = perturbed(teacher, 1e-7, 5);
    const { loss, gradient } = await populationObjective(teacher).evaluate(model, 0);
    const curvature = populationCurvature(model, teacher);
    const point = { model, loss, gradient, nullLoss: 0.5, curvature };
    const scale = Math.sqrt(2 * 0.5 * 1.0788);
    const verdict = (tolerances: object) => certify({ ...point, tolerances }).verdict;
    expect(verdict({ gradient: (1.1 * normParams(gradient)) / scale })).toBe('certified');
    expect(verdict({ gradient: (0.9 * normParams(gradient)) / scale })).toBe('not-converged');
    expect(verdict({ gradient: 1, loss })).toBe('nonzero-loss');
    // Too large a gradient for the curvature to prove that a minimum is near.
    const rough = { ...point, gradient: scaleParams(1e6, gradient) };
    const roughVerdict = (flat: number) =>
      certify({ ...rough, tolerances: { gradient: 1, flat } }).verdict;
    expect(roughVerdict(0.03)).toBe('certified');
    expect(roughVerdict(0.1)).toBe('degenerate');
  });

  it.each([50, 100, 1000])('is certified where amplitudes spread by %d', async (spread) => {
    const target = spreadTeacher(spread);
    const start = perturbed(target, 3e-3, 1);
    const { certificate } = (
      await settle(spanScene(start, target, { method: 'levenbergMarquardt' }))
    ).result;
    expect(certificate.verdict).toBe('certified');
    expect(certificate.parameterError).toBeLessThan(1e-12);
    expect(certificate.mu).toBeCloseTo(0.044836 / spread ** 2, 9);
  });

  it.each([50, 100, 1000])(
    'leaves open what a slow descent would come to where amplitudes spread by %d',
    async (spread) => {
      const target = spreadTeacher(spread);
      const start = perturbed(target, 3e-3, 1);
      const { certificate, reason } = (
        await settle(spanScene(start, target, { maxSteps: 2000, recordEvery: 2000 }))
      ).result;
      expect(reason).toBe('steps');
      expect(certificate.loss).toBeLessThan(1e-8);
      expect(certificate.verdict).toBe('not-converged');
    },
  );

  it('is degenerate in a quartic valley, however small the gradient', async () => {
    const { evaluate } = populationObjective(teacher);
    const { loss, gradient } = await evaluate(teacher, 0);
    const curvature = populationCurvature(teacher, teacher);
    for (const x of [1e-4, 1e-5, 1e-6]) {
      // One more direction, in which the loss is x⁴.
      const complement = {
        ...curvature.complement,
        hessian: { shape: [1, 1], data: Float64Array.of(12 * x ** 2) },
      };
      const valley = {
        model: teacher,
        loss: loss + x ** 4,
        gradient: { ...gradient, amplitude: { shape: [1], data: Float64Array.of(4 * x ** 3) } },
        nullLoss: 0.5,
        curvature: { ...curvature, complement },
        hidden: 1,
      };
      expect(certify(valley).verdict).toBe('degenerate');
    }
  });
});

describe('the measured contraction', () => {
  it.each(geometries)(
    'is the predicted one within 2 % at a teacher that is $kind',
    async (geometry) => {
      for (const k of [3, 5]) {
        for (const seed of [0, 1, 2]) {
          const target = teacherOf(64, k, geometry, seed);
          const start = perturbed(target, 0.15, seed + 20);
          const { certificate } = (await settle(spanScene(start, target, { recordEvery: 100 })))
            .result;
          expect(certificate.verdict).toBe('certified');
          expect(Math.abs(disagreement(certificate))).toBeLessThan(0.02);
          expect(certificate.parameterError).toBeLessThan(1e-13);
          expect(certificate.observedOrder).toBeNull();
        }
      }
    },
  );

  it('agrees in d dimensions too, where slow directions lie outside the span', async () => {
    const target = teacherOf(24, 2, geometries[2]!, 3);
    const start = perturbed(target, 0.1, 1);
    const whole = (await settle(scene(start, target))).result.certificate;
    const reduced = (await settle(spanScene(start, target))).result.certificate;
    expect(Math.abs(disagreement(whole))).toBeLessThan(0.005);
    expect(whole.measuredContraction).toBeCloseTo(reduced.measuredContraction!, 4);
    expect(whole.predictedContraction).toBeCloseTo(reduced.predictedContraction!, 10);
  });

  it('disagrees when the Hessian is wrong', async () => {
    const target = teacherOf(32, 2, geometries[1]!, 6);
    const honest = spanScene(perturbed(target, 0.1, 7), target, { step: 0.5 });
    const wrong: typeof honest = {
      ...honest,
      curvature: async (model) => {
        const curvature = await honest.curvature(model);
        const add = ({ shape, data }: { shape: readonly number[]; data: Float64Array }) => {
          const n = shape[0]!;
          return { shape, data: data.map((x, i) => (i % (n + 1) === 0 ? x + 0.002 : x)) };
        };
        const bend = (blocks: typeof curvature.span) => ({
          ...blocks,
          hessian: add(blocks.hessian),
        });
        return { ...curvature, span: bend(curvature.span), complement: bend(curvature.complement) };
      },
    };
    const right = (await settle(honest)).result.certificate;
    expect(Math.abs(disagreement(right))).toBeLessThan(0.001);
    expect(Math.abs(disagreement((await settle(wrong)).result.certificate))).toBeGreaterThan(0.03);
  });
});

it('is plain JSON', async () => {
  for (const method of finetuneMethods) {
    const start = perturbed(teacher, 0.1, 6);
    const { certificate } = (await settle(spanScene(start, teacher, { method }))).result;
    expect(JSON.parse(JSON.stringify(certificate))).toEqual(certificate);
  }
});
