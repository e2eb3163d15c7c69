import { parameterError } from '@softmoe/model';
import { loadState, saveState } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import {
  geometries,
  methods,
  perturbed,
  scene,
  spanScene,
  teacherOf,
  unitsOf,
} from '../../finetune/fixtures/scenes.ts';
import { settle } from '../fixtures/settle.ts';

const [orthonormal, correlated, random] = geometries;
const teacher = teacherOf(20, 2, correlated!, 1);
const student = perturbed(teacher, 0.1, 2);

describe.each(methods)('the certificate of a run by %s', (method) => {
  it('certifies the teacher, reached to rounding', async () => {
    for (const geometry of geometries) {
      const target = teacherOf(32, 3, geometry, 4);
      const start = perturbed(target, 0.2, 5);
      const { reason, certificate } = await settle(spanScene(start, target), { method });
      expect(reason).toBe('rounding');
      expect(certificate.parameterError).toBeLessThan(1e-13);
      expect(certificate.verdict).toBe('certified');
    }
  });

  it('is that of the uninterrupted run where a saved state went on', async () => {
    const full = await settle(spanScene(student, teacher), { method });
    const middle = full.records[Math.floor(full.records.length / 2)]!;
    const start = loadState(saveState(middle.state));
    const resumed = await settle(spanScene(student, teacher), { method, start });
    expect(resumed.certificate).toEqual(full.certificate);
  });
});

describe('the certificate of gradient descent', () => {
  it('has a rate without a target too', async () => {
    const { teacher: target, ...rest } = spanScene(student, teacher);
    const { records, certificate } = await settle(rest);
    expect(target).toBeDefined();
    expect(records[0]).not.toHaveProperty('overlaps');
    expect(certificate).not.toHaveProperty('parameterError');
    expect(certificate.verdict).toBe('certified');
    const { measuredContraction, predictedContraction } = certificate;
    expect(Math.log(measuredContraction!) / Math.log(predictedContraction!)).toBeCloseTo(1, 2);
  });

  it('says how long the gradient is at which the run stopped', async () => {
    const until = { gradientNorm: 1e-6 };
    const { reason, certificate } = await settle(spanScene(student, teacher), { until });
    expect(reason).toBe('gradientNorm');
    expect(certificate.gradientNorm).toBeLessThanOrEqual(1e-6);
    expect(certificate.gradientNorm).toBeGreaterThan(1e-7);
  });

  it('is not-converged where the run was aborted', async () => {
    const controller = new AbortController();
    const { estimator, ...rest } = spanScene(student, teacher);
    const { evaluate } = estimator.objective;
    const stopping: typeof estimator.objective = {
      evaluate(model, step) {
        if (step === 4) controller.abort();
        return evaluate(model, step);
      },
    };
    const aborted = { ...rest, estimator: { ...estimator, objective: stopping } };
    const { reason, state, certificate } = await settle(aborted, { signal: controller.signal });
    expect(reason).toBe('aborted');
    expect(state.step).toBe(4);
    expect(certificate.verdict).toBe('not-converged');
  });

  it('has the contraction of the closed form: factor 0.06664 of the loss per 100 steps at η = 0.3', async () => {
    const target = teacherOf(32, 3, orthonormal!, 1);
    const start = perturbed(target, 0.1, 1);
    const { certificate } = await settle(spanScene(start, target), { step: 0.3 });
    expect(certificate.step).toBe(0.3);
    expect(certificate.predictedContraction! ** 100).toBeCloseTo(0.06664, 5);
    expect(certificate.measuredContraction! ** 100).toBeCloseTo(0.06664, 4);
    expect(certificate.distanceContraction! ** 100).toBeCloseTo(0.06664, 4);
  });

  it('has the best step of the final spectrum', async () => {
    const target = teacherOf(30, 3, correlated!, 2);
    const { certificate } = await settle(spanScene(perturbed(target, 0.2, 3), target));
    const { mu, lambdaMax, step, predictedContraction } = certificate;
    expect((step! * (mu + lambdaMax)) / 2).toBeCloseTo(1, 4);
    expect(predictedContraction).toBeCloseTo(((lambdaMax - mu) / (lambdaMax + mu)) ** 2, 4);
  });
});

describe('the certificate of Levenberg–Marquardt', () => {
  const method = 'levenbergMarquardt';

  it.each(geometries)('has quadratic order at a teacher that is $kind', async (geometry) => {
    for (const seed of [0, 1, 2]) {
      const target = teacherOf(64, 4, geometry, seed);
      const start = perturbed(target, 0.2, seed);
      const { reason, state, certificate } = await settle(spanScene(start, target), { method });
      expect(reason).toBe('rounding');
      expect(certificate.verdict).toBe('certified');
      expect(certificate.parameterError).toBeLessThan(1e-13);
      expect(certificate.observedOrder).toBeGreaterThan(1.8);
      expect(state.step).toBeLessThan(15);
    }
  });

  it('is the same in d dimensions as in those of the span', async () => {
    const target = teacherOf(200, 2, correlated!, 3);
    const start = perturbed(target, 0.2, 4);
    const options = { method, until: { steps: 4 } } as const;
    const whole = await settle(scene(start, target), options);
    const reduced = await settle(spanScene(start, target), options);
    expect(whole.certificate.mu).toBeCloseTo(reduced.certificate.mu, 12);
    expect(parameterError(whole.model, target)).toBeCloseTo(
      reduced.certificate.parameterError!,
      12,
    );
  });

  it('is nonzero-loss at a minimum of positive loss', async () => {
    const target = teacherOf(24, 3, random!, 9);
    const short = perturbed(unitsOf(target, [0, 1], [1, 1]), 0.1, 10);
    const { certificate, reason } = await settle(spanScene(short, target), { method });
    expect(reason).toBe('rounding');
    expect(certificate.verdict).toBe('nonzero-loss');
    expect(certificate.gradientNorm).toBeLessThan(1e-12);
  });
});
