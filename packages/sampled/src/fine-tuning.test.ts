import { createReferenceBackend } from '@softmoe/backend';
import type { FinetuneMethod, FinetuneOptions } from '@softmoe/finetune';
import type { MoE } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import { perturbed, settle, withTwins } from '../../finetune/fixtures/scenes.ts';
import { sampleOf, softmaxTeacher } from '../fixtures/samples.ts';
import { sampled } from './sampled.ts';

const d = 4;
const cubic = softmaxTeacher(d, 2, 1);
const relu = softmaxTeacher(d, 2, 2, { kind: 'relu' });

function scene(
  student: MoE,
  teacher: MoE,
  method: FinetuneMethod,
  maxSteps = 20_000,
): FinetuneOptions {
  const estimator = sampled(sampleOf(teacher, 600), createReferenceBackend());
  return {
    model: student,
    objective: estimator.objective,
    curvature: estimator.curvature,
    inputDim: d + 3,
    method,
    maxSteps,
    target: teacher,
    recordEvery: 1000,
  };
}

describe('fine-tuning on a fixed sample', () => {
  it.each([
    ['cubic', cubic],
    ['relu', relu],
  ])(
    'descends to the teacher at the predicted rate, certified: %s experts',
    async (_, teacher) => {
      const { result } = await settle(
        scene(perturbed(teacher, 0.05, 3), teacher, 'gradientDescent'),
      );
      const { certificate } = result;
      expect(certificate).toMatchObject({ verdict: 'certified' });
      expect(certificate.parameterError).toBeLessThan(1e-13);
      const { measuredContraction, predictedContraction, mu, estimate } = certificate;
      const deviation = Math.log(measuredContraction!) / Math.log(predictedContraction!) - 1;
      expect(Math.abs(deviation)).toBeLessThan(0.02);
      expect(estimate!.curvatureError).toBeLessThan(1e-9);
      expect(estimate!.muError).toBeGreaterThan(0);
      expect(estimate!.muError).toBeLessThan(0.5 * mu);
      expect(estimate!.lambdaMaxError).toBeGreaterThan(0);
    },
    20_000,
  );

  it('converges quadratically by Levenberg–Marquardt', async () => {
    const { result } = await settle(scene(perturbed(cubic, 0.05, 4), cubic, 'levenbergMarquardt'));
    expect(result.certificate).toMatchObject({ verdict: 'certified' });
    expect(result.certificate.parameterError).toBeLessThan(1e-14);
    expect(result.certificate.observedOrder).toBeGreaterThan(1.5);
  });

  it('is degenerate for a softmax student with twins, whose gates can be traded', async () => {
    const base = softmaxTeacher(d, 3, 6);
    const student = withTwins(base);
    const estimator = sampled(sampleOf(student, 400), createReferenceBackend());
    const { result } = await settle({
      model: student,
      objective: estimator.objective,
      curvature: estimator.curvature,
      method: 'levenbergMarquardt',
    });
    expect(result.certificate.verdict).toBe('degenerate');
  });
});
