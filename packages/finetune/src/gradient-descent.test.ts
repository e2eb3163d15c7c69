import { mapParams, zeros } from '@softmoe/model/linalg';
import { populationCurvature, populationObjective } from '@softmoe/population';
import type { Stepper } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { endsOf, geometries, perturbed, scene, spanScene, teacherOf } from '../fixtures/scenes.ts';
import { tune } from '../fixtures/tune.ts';
import { descentStep, gradientDescent } from './gradient-descent.ts';

const [orthonormal, correlated] = geometries;

describe('gradientDescent', () => {
  it('never raises the loss, from far as from near', async () => {
    for (const size of [0.05, 0.3, 0.6]) {
      const teacher = teacherOf(30, 3, correlated!, 2);
      const reduced = spanScene(perturbed(teacher, size, 3), teacher);
      const { records } = await tune(reduced, { until: { steps: 150 } });
      for (let n = 1; n < records.length; n++) {
        expect(records[n]!.loss).toBeLessThanOrEqual(records[n - 1]!.loss + 1e-14);
      }
    }
  });

  it('halves the step where the spectrum promised too much', async () => {
    const teacher = teacherOf(12, 2, orthonormal!, 4);
    const stepper = gradientDescent({
      objective: populationObjective(teacher),
      spectrum: async (model) => {
        const { mu, lambdaMax } = endsOf(populationCurvature(model, teacher));
        return { mu: mu / 10, lambdaMax: lambdaMax / 10 };
      },
    });
    let state = await stepper.init(perturbed(teacher, 0.4, 5));
    const start = state.evaluation.loss;
    for (let n = 0; n < 20; n++) state = await stepper.step(state);
    expect(state.evaluation.loss).toBeLessThan(0.1 * start);
    const { step, stepSince } = descentStep(state);
    expect(step).toBeLessThan(1 / state.memory.lambdaMax);
    expect(stepSince).toBeLessThan(20);
  });

  it('stands still where there is no gradient', async () => {
    const teacher = teacherOf(12, 2, orthonormal!, 4);
    const still = mapParams(teacher.params, ({ shape }) => zeros(shape));
    const stepper = gradientDescent({
      objective: { evaluate: async () => ({ loss: 1, gradient: still }) },
      spectrum: async (model) => endsOf(populationCurvature(model, teacher)),
    });
    const state = await stepper.step(await stepper.step(await stepper.init(teacher)));
    expect(state.step).toBe(0);
    expect(state.stalled).toBe(true);
  });

  it('refuses the state of another method and a step that is not a positive number', async () => {
    const teacher = teacherOf(12, 2, orthonormal!, 4);
    const { objective } = scene(teacher, teacher).estimator;
    const spectrum = async () => ({ mu: 0.1, lambdaMax: 1 });
    const stepper: Stepper = gradientDescent({ objective, spectrum });
    const foreign = { ...(await stepper.init(teacher)), memory: {} };
    await expect(stepper.step(foreign)).rejects.toThrow(/another method/);
    expect(() => descentStep(foreign)).toThrow(/another method/);
    for (const step of [0, -1, Number.NaN, Infinity]) {
      expect(() => gradientDescent({ objective, spectrum, step })).toThrow(/step/);
    }
  });
});
