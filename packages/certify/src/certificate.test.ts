import { type Curvature, type MoE, type Params, toSpan } from '@softmoe/model';
import { type Blocks, denseCurvature, normParams, scaleParams } from '@softmoe/model/linalg';
import { populationCurvature, populationGram, populationObjective } from '@softmoe/population';
import { createTeacher } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import {
  geometries,
  methods,
  perturbed,
  scene,
  spanScene,
  teacherOf,
  unitsOf,
  withTwins,
} from '../../finetune/fixtures/scenes.ts';
import { curvatureByProducts } from '../../population/fixtures/by-products.ts';
import { settle } from '../fixtures/settle.ts';
import { type Certificate, certify } from './certificate.ts';

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

/** An estimator that says of any model what it is told here, and that ½E y² is 0.5. */
const saying = (loss: number, gradient: Params, curvature: Curvature) => ({
  objective: {
    evaluate: async ({ params }: MoE) => {
      const isZero = params.amplitude.data.every((a) => a === 0);
      return { loss: isZero ? 0.5 : loss, gradient };
    },
  },
  curvature: async () => curvature,
  gram: async (model: MoE) => populationGram(model, teacher),
});

describe('the verdict', () => {
  it.each(methods)('is certified at the teacher (%s)', async (method) => {
    const start = perturbed(teacher, 0.1, 1);
    const { certificate } = await settle(spanScene(start, teacher), { method });
    expect(certificate).toMatchObject({ verdict: 'certified', parameterError: expect.any(Number) });
    expect(certificate.mu).toBeCloseTo(0.044836, 6);
    expect(certificate.lambdaMax).toBeCloseTo(1.078779, 6);
    expect(Math.abs(certificate.loss)).toBeLessThan(1e-14);
    expect(certificate.parameterError).toBeLessThan(1e-13);
    expect(certificate.onePointConvexity).toBeGreaterThan(0.04);
  });

  it.each(methods)('is degenerate with a unit too many (%s)', async (method) => {
    for (const target of [teacher, other]) {
      const copies = unitsOf(target, [0, 1, 2, 2], [1, 1, 0.5, 0.5]);
      const exact = await settle(spanScene(copies, target), { method, until: { steps: 300 } });
      expect(exact.certificate.verdict).toBe('degenerate');
      expect(exact.certificate).not.toHaveProperty('parameterError');
      const start = perturbed(copies, 0.1, 2);
      const maxSteps = method === 'gradientDescent' ? 500 : 12;
      const { certificate, reason } = await settle(spanScene(start, target), {
        method,
        until: { steps: maxSteps },
      });
      expect(reason).toBe('steps');
      expect(certificate.verdict).toBe('degenerate');
      expect(Math.abs(certificate.mu)).toBeLessThan(1e-4);
    }
  });

  it.each(methods)('is nonzero-loss with a unit too few (%s)', async (method) => {
    for (const target of [teacher, other]) {
      const start = perturbed(unitsOf(target, [0, 1], [1, 1]), 0.1, 3);
      const { certificate } = await settle(spanScene(start, target), { method });
      expect(certificate.verdict).toBe('nonzero-loss');
      expect(certificate.loss).toBeGreaterThan(0.1);
      expect(certificate.mu).toBeGreaterThan(0);
    }
  });

  it('is saddle where symmetry holds two units on the ridge between two experts', async () => {
    const { certificate, reason } = await settle(spanScene(withTwins(teacher), teacher));
    expect(reason).toBe('rounding');
    expect(certificate.verdict).toBe('saddle');
    expect(certificate.mu).toBeLessThan(-0.1);
    expect(certificate.loss).toBeGreaterThan(0.1);
    expect(certificate.onePointConvexity).toBeLessThan(0);
  });

  it.each(methods)('is not-converged when stopped early (%s)', async (method) => {
    const counts = method === 'gradientDescent' ? [0, 1, 20, 100, 200] : [0, 1, 2];
    for (const target of [teacher, other]) {
      for (const maxSteps of counts) {
        const start = perturbed(target, 0.2, 4);
        const { certificate, reason } = await settle(spanScene(start, target), {
          method,
          until: { steps: maxSteps },
        });
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
    const estimator = saying(loss, gradient, bent(-1));
    expect((await certify(teacher, estimator)).verdict).toBe('certified');
    const inputDim = teacher.spec.inputDim + 1;
    expect(await certify(teacher, estimator, { inputDim })).toMatchObject({
      verdict: 'degenerate',
      mu: -1,
    });
  });

  it('turns on tolerances that can be chosen', async () => {
    const model = perturbed(teacher, 1e-7, 5);
    const { loss, gradient } = await populationObjective(teacher).evaluate(model, 0);
    const curvature = populationCurvature(model, teacher);
    const scale = Math.sqrt(2 * 0.5 * 1.0788);
    const verdict = async (tolerances: object, factor = 1) => {
      const estimator = saying(loss, scaleParams(factor, gradient), curvature);
      return (await certify(model, estimator, { tolerances })).verdict;
    };
    expect(await verdict({ gradient: (1.1 * normParams(gradient)) / scale })).toBe('certified');
    expect(await verdict({ gradient: (0.9 * normParams(gradient)) / scale })).toBe('not-converged');
    expect(await verdict({ gradient: 1, loss })).toBe('nonzero-loss');
    // Too large a gradient for the curvature to prove that a minimum is near.
    expect(await verdict({ gradient: 1, flat: 0.03 }, 1e6)).toBe('certified');
    expect(await verdict({ gradient: 1, flat: 0.1 }, 1e6)).toBe('degenerate');
  });

  it.each([50, 100, 1000])('is certified where amplitudes spread by %d', async (spread) => {
    const target = spreadTeacher(spread);
    const start = perturbed(target, 3e-3, 1);
    const { certificate } = await settle(spanScene(start, target), {
      method: 'levenbergMarquardt',
    });
    expect(certificate.verdict).toBe('certified');
    expect(certificate.parameterError).toBeLessThan(1e-12);
    expect(certificate.mu).toBeCloseTo(0.044836 / spread ** 2, 9);
  });

  it.each([50, 100, 1000])(
    'leaves open what a slow descent would come to where amplitudes spread by %d',
    async (spread) => {
      const target = spreadTeacher(spread);
      const start = perturbed(target, 3e-3, 1);
      const { certificate, reason } = await settle(spanScene(start, target), {
        until: { steps: 2000 },
        every: 2000,
      });
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
      const slope = { ...gradient, amplitude: { shape: [1], data: Float64Array.of(4 * x ** 3) } };
      const valley = saying(loss + x ** 4, slope, { ...curvature, complement });
      const inputDim = teacher.spec.inputDim + 1;
      expect((await certify(teacher, valley, { inputDim })).verdict).toBe('degenerate');
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
          const { certificate } = await settle(spanScene(start, target), { every: 100 });
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
    const whole = (await settle(scene(start, target))).certificate;
    const reduced = (await settle(spanScene(start, target))).certificate;
    expect(Math.abs(disagreement(whole))).toBeLessThan(0.005);
    expect(whole.measuredContraction).toBeCloseTo(reduced.measuredContraction!, 4);
    expect(whole.predictedContraction).toBeCloseTo(reduced.predictedContraction!, 10);
  });

  it('disagrees when the Hessian is wrong', async () => {
    const target = teacherOf(32, 2, geometries[1]!, 6);
    const honest = spanScene(perturbed(target, 0.1, 7), target);
    const wrong: typeof honest = {
      ...honest,
      estimator: {
        ...honest.estimator,
        async curvature(model) {
          const curvature = await honest.estimator.curvature(model);
          const add = ({ shape, data }: { shape: readonly number[]; data: Float64Array }) => {
            const n = shape[0]!;
            return { shape, data: data.map((x, i) => (i % (n + 1) === 0 ? x + 0.002 : x)) };
          };
          const bend = (blocks: Blocks) => ({
            ...blocks,
            hessian: add(blocks.hessian),
          });
          return {
            ...curvature,
            span: bend(denseCurvature(curvature)),
            complement: bend(curvature.complement),
          };
        },
      },
    };
    const right = (await settle(honest, { step: 0.5 })).certificate;
    expect(Math.abs(disagreement(right))).toBeLessThan(0.001);
    const off = (await settle(wrong, { step: 0.5 })).certificate;
    expect(Math.abs(disagreement(off))).toBeGreaterThan(0.03);
  });
});

it('a certificate is plain JSON', async () => {
  for (const method of methods) {
    const start = perturbed(teacher, 0.1, 6);
    const { certificate } = await settle(spanScene(start, teacher), { method });
    expect(JSON.parse(JSON.stringify(certificate))).toEqual(certificate);
  }
});

describe('a certificate from products alone', () => {
  const target = other;
  const start = perturbed(target, 0.15, 3);
  const { estimator, ...rest } = spanScene(start, target);
  const span = toSpan(start, target);
  const products = {
    ...rest,
    estimator: {
      ...estimator,
      curvature: async (model: MoE) => curvatureByProducts(model, span.teacher),
    },
  };

  it.each(methods)('is that from the matrices, to rounding (%s)', async (method) => {
    const [found, expected] = [
      (await settle(products, { method })).certificate,
      (await settle({ ...rest, estimator }, { method })).certificate,
    ];
    expect(found.verdict).toBe('certified');
    expect(found.mu).toBeCloseTo(expected.mu, 12);
    expect(found.lambdaMax).toBeCloseTo(expected.lambdaMax, 12);
    expect(found.parameterError).toBeLessThan(1e-13);
    expect(found.units!.share).toBeCloseTo(expected.units!.share, 12);
    expect(found.units!.mu).toBeCloseTo(expected.units!.mu, 12);
    if (method === 'gradientDescent') {
      expect(found.step).toBeCloseTo(expected.step!, 4);
      expect(Math.abs(disagreement(found))).toBeLessThan(0.02);
    } else expect(found.observedOrder).toBeGreaterThan(1.8);
  });

  it('stops by its signal with the reason of that, and what it had to compute is not begun', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const stopping = {
      ...estimator,
      curvature: async (model: MoE) => {
        controller.abort(reason);
        return { ...curvatureByProducts(model, span.teacher), apply: () => expect.fail('asked') };
      },
    };
    const { signal } = controller;
    await expect(certify(span.student, stopping, { signal })).rejects.toBe(reason);
  });
});
