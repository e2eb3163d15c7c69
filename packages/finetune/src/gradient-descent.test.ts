import { type Curvature, mapParams, zeros } from '@softmoe/model';
import { populationCurvature, populationObjective } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import { geometries, perturbed, scene, settle, spanScene, teacherOf } from '../fixtures/scenes.ts';
import { gradientDescent } from './gradient-descent.ts';

const [orthonormal, correlated] = geometries;

describe('gradientDescent', () => {
  it('contracts as the closed form says: factor 0.06664 of the loss per 100 steps at η = 0.3', async () => {
    const teacher = teacherOf(32, 3, orthonormal!, 1);
    const options = spanScene(perturbed(teacher, 0.1, 1), teacher, { step: 0.3 });
    const { certificate } = (await settle(options)).result;
    expect(certificate.step).toBe(0.3);
    expect(certificate.predictedContraction! ** 100).toBeCloseTo(0.06664, 5);
    expect(certificate.measuredContraction! ** 100).toBeCloseTo(0.06664, 4);
    expect(certificate.distanceContraction! ** 100).toBeCloseTo(0.06664, 4);
  });

  it('never raises the loss, from far as from near', async () => {
    for (const size of [0.05, 0.3, 0.6]) {
      const teacher = teacherOf(30, 3, correlated!, 2);
      const { records } = await settle(
        spanScene(perturbed(teacher, size, 3), teacher, { maxSteps: 150 }),
      );
      for (let n = 1; n < records.length; n++) {
        expect(records[n]!.loss).toBeLessThanOrEqual(records[n - 1]!.loss + 1e-14);
      }
    }
  });

  it('ends with the best step of the final spectrum', async () => {
    const teacher = teacherOf(30, 3, correlated!, 2);
    const { certificate } = (await settle(spanScene(perturbed(teacher, 0.2, 3), teacher))).result;
    const best = 2 / (certificate.mu + certificate.lambdaMax);
    expect(certificate.step! / best).toBeCloseTo(1, 4);
    const ratio =
      (certificate.lambdaMax - certificate.mu) / (certificate.lambdaMax + certificate.mu);
    expect(certificate.predictedContraction).toBeCloseTo(ratio ** 2, 4);
  });

  it('halves the step where the spectrum promised too much', async () => {
    const teacher = teacherOf(12, 2, orthonormal!, 4);
    const tenth = ({ hessian, gaussNewton }: Curvature['span']) => ({
      hessian: { ...hessian, data: hessian.data.map((x) => x / 10) },
      gaussNewton,
    });
    const objective = populationObjective(teacher);
    const stepper = gradientDescent({
      objective,
      curvature: (model) => {
        const { span, complement, ...rest } = populationCurvature(model, teacher);
        return { ...rest, span: tenth(span), complement: tenth(complement) };
      },
    });
    let state = await stepper.init(perturbed(teacher, 0.4, 5));
    const start = state.evaluation.loss;
    for (let n = 0; n < 20; n++) state = await stepper.step(state);
    expect(state.evaluation.loss).toBeLessThan(0.1 * start);
    const { step, lambdaMax, stepSince } = state.method.numbers;
    expect(step).toBeLessThan(1 / lambdaMax!);
    expect(stepSince).toBeLessThan(20);
  });

  it('stands still where there is no gradient', async () => {
    const teacher = teacherOf(12, 2, orthonormal!, 4);
    const still = mapParams(teacher.params, ({ shape }) => zeros(shape));
    const stepper = gradientDescent({
      objective: { evaluate: async () => ({ loss: 0, gradient: still }) },
      curvature: (model) => populationCurvature(model, teacher),
    });
    const state = await stepper.step(await stepper.step(await stepper.init(teacher)));
    expect(state.step).toBe(0);
    expect(state.method.numbers.stalled).toBe(1);
  });

  it('refuses the state of another method and a step that is not a positive number', async () => {
    const teacher = teacherOf(12, 2, orthonormal!, 4);
    const { objective, curvature } = scene(teacher, teacher);
    const stepper = gradientDescent({ objective, curvature });
    const foreign = { ...(await stepper.init(teacher)), method: { numbers: {}, arrays: {} } };
    await expect(stepper.step(foreign)).rejects.toThrow(/another method/);
    for (const step of [0, -1, Number.NaN, Infinity]) {
      expect(() => gradientDescent({ objective, curvature, step })).toThrow(/step/);
    }
  });
});
