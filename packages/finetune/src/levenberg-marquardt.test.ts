import { parameterError, rowProducts, toSpan } from '@softmoe/model';
import { populationCurvature } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import {
  geometries,
  perturbed,
  scene,
  settle,
  spanScene,
  teacherOf,
  unitsOf,
} from '../fixtures/scenes.ts';
import { spectrumOf } from './spectrum.ts';

const method = 'levenbergMarquardt';

describe('levenbergMarquardt', () => {
  it.each(geometries)('converges quadratically to a teacher that is $kind', async (geometry) => {
    for (const seed of [0, 1, 2]) {
      const teacher = teacherOf(64, 4, geometry, seed);
      const { result } = await settle(
        spanScene(perturbed(teacher, 0.2, seed), teacher, { method }),
      );
      expect(result.reason).toBe('rounding');
      expect(result.certificate.verdict).toBe('certified');
      expect(result.certificate.parameterError).toBeLessThan(1e-13);
      expect(result.certificate.observedOrder).toBeGreaterThan(1.8);
      expect(result.state.step).toBeLessThan(15);
    }
  });

  it('takes the same steps in d dimensions as in those of the span', async () => {
    const teacher = teacherOf(200, 2, geometries[1]!, 3);
    const student = perturbed(teacher, 0.2, 4);
    const options = { method, maxSteps: 4 } as const;
    const whole = (await settle(scene(student, teacher, options))).result;
    const reduced = (await settle(spanScene(student, teacher, options))).result;
    const lifted = toSpan(student, teacher).lift(reduced.model);
    expect(parameterError(lifted, whole.model)).toBeLessThan(1e-12);
    expect(whole.certificate.mu).toBeCloseTo(reduced.certificate.mu, 12);
  });

  it('leaves the span of no row', async () => {
    const teacher = teacherOf(60, 2, geometries[2]!, 5);
    const student = perturbed(teacher, 0.3, 6);
    const { basis } = toSpan(student, teacher);
    const { model } = (await settle(scene(student, teacher, { method, maxSteps: 3 }))).result;
    for (const name of ['router', 'expert']) {
      const { data } = rowProducts(model.params[name]!, basis);
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
    expect(spectrumOf(curvature, 'gaussNewton').mu).toBeLessThan(1e-12);
    const { records } = await settle(
      spanScene(perturbed(copies, 0.2, 8), teacher, { method, maxSteps: 12 }),
    );
    for (let n = 1; n < records.length; n++) {
      expect(records[n]!.loss).toBeLessThanOrEqual(records[n - 1]!.loss + 1e-14);
    }
    expect(records.at(-1)!.loss).toBeLessThan(1e-10);
  });

  it('settles at a minimum of positive loss too', async () => {
    const teacher = teacherOf(24, 3, geometries[2]!, 9);
    const short = perturbed(unitsOf(teacher, [0, 1], [1, 1]), 0.1, 10);
    const { certificate, reason } = (await settle(spanScene(short, teacher, { method }))).result;
    expect(reason).toBe('rounding');
    expect(certificate.verdict).toBe('nonzero-loss');
    expect(certificate.gradientNorm).toBeLessThan(1e-12);
  });
});
