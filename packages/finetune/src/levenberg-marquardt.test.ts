import { type MoE, parameterError, toSpan } from '@softmoe/model';
import { rowProducts } from '@softmoe/model/linalg';
import { populationCurvature } from '@softmoe/population';
import { createTeacher } from '@softmoe/teacher';
import { finish, loadState, run, saveState } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { curvatureByProducts } from '../../population/fixtures/by-products.ts';
import {
  endsOf,
  geometries,
  perturbed,
  scene,
  spanScene,
  teacherOf,
  unitsOf,
} from '../fixtures/scenes.ts';
import { tune } from '../fixtures/tune.ts';
import { levenbergMarquardt } from './levenberg-marquardt.ts';

const method = 'levenbergMarquardt';

describe('levenbergMarquardt', () => {
  it.each(geometries)('reaches a teacher that is $kind in a few steps', async (geometry) => {
    for (const seed of [0, 1, 2]) {
      const teacher = teacherOf(64, 4, geometry, seed);
      const reduced = spanScene(perturbed(teacher, 0.2, seed), teacher);
      const { reason, state, model } = await tune(reduced, { method });
      expect(reason).toBe('rounding');
      expect(parameterError(model, reduced.teacher)).toBeLessThan(1e-13);
      expect(state.step).toBeLessThan(15);
    }
  });

  it('takes the same steps in d dimensions as in those of the span', async () => {
    const teacher = teacherOf(200, 2, geometries[1]!, 3);
    const student = perturbed(teacher, 0.2, 4);
    const options = { method, until: { steps: 4 } } as const;
    const whole = await tune(scene(student, teacher), options);
    const reduced = await tune(spanScene(student, teacher), options);
    const lifted = toSpan(student, teacher).lift(reduced.model);
    expect(parameterError(lifted, whole.model)).toBeLessThan(1e-12);
  });

  it('eases its damping by two a step where it is patient, and still converges faster than linearly', async () => {
    const teacher = teacherOf(24, 2, geometries[0]!, 5);
    const { estimator, student } = spanScene(perturbed(teacher, 0.2, 6), teacher);
    const stepper = levenbergMarquardt({ ...estimator, easing: 'patient' });
    const dampings: number[] = [];
    const losses: number[] = [];
    const { reason } = await finish(
      run(stepper, { start: student, until: { loss: 1e-24 } }),
      ({ state }) => {
        dampings.push(state.memory.damping);
        losses.push(state.evaluation.loss);
      },
    );
    expect(reason).toBe('loss');
    for (const [i, damping] of dampings.slice(1).entries()) {
      expect(damping / dampings[i]!).toBeGreaterThanOrEqual(0.5);
    }
    const falls = losses.slice(1).map((loss, i) => loss / losses[i]!);
    expect(falls.at(-1)).toBeLessThan(1e-3 * falls[0]!);
  });

  it('leaves the span of no row', async () => {
    const teacher = teacherOf(60, 2, geometries[2]!, 5);
    const student = perturbed(teacher, 0.3, 6);
    const { basis } = toSpan(student, teacher);
    const { model } = await tune(scene(student, teacher), { method, until: { steps: 3 } });
    for (const name of ['router', 'expert'] as const) {
      const { data } = rowProducts(model.params[name], basis);
      for (let i = 0; i < 2; i++) {
        const row = data.slice(i * basis.shape[0]!, (i + 1) * basis.shape[0]!);
        expect(row.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 13);
      }
    }
  });

  it('never raises the loss, and goes down where the Gauss–Newton matrix is singular', async () => {
    const teacher = teacherOf(24, 2, geometries[0]!, 7);
    const copies = unitsOf(teacher, [0, 1, 1], [1, 0.5, 0.5]);
    const curvature = populationCurvature(copies, teacher);
    expect(endsOf(curvature, 'gaussNewton').mu).toBeLessThan(1e-12);
    const reduced = spanScene(perturbed(copies, 0.2, 8), teacher);
    const { records } = await tune(reduced, { method, until: { steps: 12 } });
    for (let n = 1; n < records.length; n++) {
      expect(records[n]!.loss).toBeLessThanOrEqual(records[n - 1]!.loss + 1e-14);
    }
    expect(records.at(-1)!.loss).toBeLessThan(1e-10);
  });

  it('settles at a minimum of positive loss too', async () => {
    const teacher = teacherOf(24, 3, geometries[2]!, 9);
    const short = perturbed(unitsOf(teacher, [0, 1], [1, 1]), 0.1, 10);
    const { reason, records } = await tune(spanScene(short, teacher), { method });
    expect(reason).toBe('rounding');
    expect(records.at(-1)!.loss).toBeGreaterThan(0.05);
    expect(records.at(-1)!.gradientNorm).toBeLessThan(1e-12);
  });

  it.each(geometries)(
    'takes the steps of the matrices by products alone, to a teacher that is $kind',
    async (geometry) => {
      const teacher = teacherOf(64, 4, geometry, 1);
      const { estimator, ...rest } = spanScene(perturbed(teacher, 0.2, 1), teacher);
      let asked = 0;
      const curvature = async (model: MoE) => {
        const found = curvatureByProducts(model, rest.teacher);
        const gaussNewton: typeof found.gaussNewton = (direction) => {
          asked++;
          return found.gaussNewton(direction);
        };
        return { ...found, gaussNewton, apply: () => expect.fail('the Hessian was asked for') };
      };
      const products = { ...rest, estimator: { ...estimator, curvature } };
      const [found, expected] = [
        await tune(products, { method }),
        await tune({ ...rest, estimator }, { method }),
      ];
      expect(found.reason).toBe('rounding');
      expect(parameterError(found.model, rest.teacher)).toBeLessThan(1e-13);
      expect(found.state.step).toBeLessThanOrEqual(expected.state.step + 2);
      expect(asked / found.state.step).toBeGreaterThan(3);
      expect(asked / found.state.step).toBeLessThan(40);
    },
  );

  it('factors a matrix up to its denseLimit, and takes products of it above', async () => {
    const teacher = teacherOf(64, 4, geometries[0]!, 1);
    const { estimator, student } = spanScene(perturbed(teacher, 0.2, 1), teacher);
    const { dimension } = await estimator.curvature(student);
    const ends = [dimension, dimension - 1].map((denseLimit) =>
      finish(run(levenbergMarquardt({ ...estimator, denseLimit }), { start: student })),
    );
    const [factored, products] = await Promise.all(ends);
    const usual = await finish(run(levenbergMarquardt(estimator), { start: student }));
    expect(factored).toEqual(usual);
    expect(products?.state.model).not.toEqual(usual.state.model);
    expect(parameterError(products!.state.model, usual.state.model)).toBeLessThan(1e-13);
    expect(() => levenbergMarquardt({ ...estimator, denseLimit: -1 })).toThrow(/^denseLimit: /);
  });

  it('by products alone goes down as by matrices where units weigh a thousandth of others', async () => {
    const teacher = createTeacher({
      inputDim: 40,
      experts: 4,
      gate: 'sigmoid',
      expert: { kind: 'hermite', degree: 3 },
      geometry: { kind: 'orthonormal' },
      seed: 2,
      amplitudeSpread: 1000,
    });
    const { estimator, ...rest } = spanScene(perturbed(teacher, 3e-3, 1), teacher);
    const curvature = async (model: MoE) => curvatureByProducts(model, rest.teacher);
    const products = { ...rest, estimator: { ...estimator, curvature } };
    const { reason, model } = await tune(products, { method });
    expect(reason).toBe('rounding');
    expect(parameterError(model, rest.teacher)).toBeLessThan(1e-10);
  });

  it('is stopped within a step by its signal, and stands where it was', async () => {
    const teacher = teacherOf(64, 4, geometries[2]!, 1);
    const { estimator, ...rest } = spanScene(perturbed(teacher, 0.2, 1), teacher);
    const controller = new AbortController();
    let asked = 0;
    const curvature = async (model: MoE) => {
      if (++asked === 3) controller.abort();
      return curvatureByProducts(model, rest.teacher);
    };
    const products = { ...rest, estimator: { ...estimator, curvature } };
    const { reason, state } = await tune(products, { method, signal: controller.signal });
    expect(reason).toBe('aborted');
    expect(state.step).toBe(2);
    const start = loadState(saveState(state));
    const full = await tune(products, { method });
    expect(await tune(products, { method, start })).toMatchObject({ state: full.state });
  });
});
