import type { MoE } from '@softmoe/model';
import { sampleObjective } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { sampleOf, softmaxTeacher } from '../fixtures/samples.ts';
import { perturbed, settle, withTwins } from '../fixtures/scenes.ts';
import { type FinetuneMethod, type FinetuneOptions, sampleCurvature } from './index.ts';

const d = 4;
const cubic = softmaxTeacher(d, 2, 1);
const relu = softmaxTeacher(d, 2, 2, { kind: 'relu' });

function scene(
  student: MoE,
  teacher: MoE,
  method: FinetuneMethod,
  maxSteps = 20_000,
): FinetuneOptions {
  const sample = sampleOf(teacher, 600);
  return {
    model: student,
    objective: sampleObjective(sample),
    curvature: sampleCurvature(sample),
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
    const sample = sampleOf(student, 400);
    const { result } = await settle({
      model: student,
      objective: sampleObjective(sample),
      curvature: sampleCurvature(sample),
      method: 'levenbergMarquardt',
    });
    expect(result.certificate.verdict).toBe('degenerate');
  });
});
