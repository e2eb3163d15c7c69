import { parameterError, rowProducts, toSpan } from '@softmoe/model';
import { populationCurvature } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
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
});
