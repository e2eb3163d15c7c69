import { createReferenceBackend } from '@softmoe/backend';
import type { MoE } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import { settle } from '../../certify/fixtures/settle.ts';
import { perturbed, type Scene, withTwins } from '../../finetune/fixtures/scenes.ts';
import { sampleOf, softmaxTeacher } from '../fixtures/samples.ts';
import { sampled } from './sampled.ts';

const d = 4;
const cubic = softmaxTeacher(d, 2, 1);
const relu = softmaxTeacher(d, 2, 2, { kind: 'relu' });

function scene(student: MoE, teacher: MoE): Scene {
  const estimator = sampled(sampleOf(teacher, 600), createReferenceBackend());
  return { student, teacher, estimator, inputDim: d + 3 };
}

describe('fine-tuning on a fixed sample', () => {
  it.each([
    ['cubic', cubic],
    ['relu', relu],
  ])('descends to the teacher at the predicted rate, certified: %s experts', async (_, teacher) => {
    const start = perturbed(teacher, 0.05, 3);
    const { certificate } = await settle(scene(start, teacher), { every: 1000 });
    expect(certificate).toMatchObject({ verdict: 'certified' });
    expect(certificate.parameterError).toBeLessThan(1e-13);
    const { measuredContraction, predictedContraction, mu, estimate } = certificate;
    const deviation = Math.log(measuredContraction!) / Math.log(predictedContraction!) - 1;
    expect(Math.abs(deviation)).toBeLessThan(0.02);
    expect(estimate!.curvatureError).toBeLessThan(1e-9);
    expect(estimate!.muError).toBeGreaterThan(0);
    expect(estimate!.muError).toBeLessThan(0.5 * mu);
    expect(estimate!.lambdaMaxError).toBeGreaterThan(0);
  });

  it('converges quadratically by Levenberg–Marquardt', async () => {
    const start = perturbed(cubic, 0.05, 4);
    const { certificate } = await settle(scene(start, cubic), { method: 'levenbergMarquardt' });
    expect(certificate).toMatchObject({ verdict: 'certified' });
    expect(certificate.parameterError).toBeLessThan(1e-14);
    expect(certificate.observedOrder).toBeGreaterThan(1.5);
  });

  it('is degenerate for a softmax student with twins, whose gates can be traded', async () => {
    const base = softmaxTeacher(d, 3, 6);
    const student = withTwins(base);
    const estimator = sampled(sampleOf(student, 400), createReferenceBackend());
    const { certificate } = await settle(
      { student, estimator, inputDim: d },
      { method: 'levenbergMarquardt' },
    );
    expect(certificate.verdict).toBe('degenerate');
  });
});
