import { parameterError } from '@softmoe/model';
import { DivergedError, loadState, saveState } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { geometries, methods, perturbed, scene, spanScene, teacherOf } from '../fixtures/scenes.ts';
import { tune } from '../fixtures/tune.ts';

const teacher = teacherOf(20, 2, geometries[1]!, 1);
const student = perturbed(teacher, 0.1, 2);

describe.each(methods)('fine-tuning by %s', (method) => {
  it('reaches the teacher to rounding', async () => {
    for (const geometry of geometries) {
      const target = teacherOf(32, 3, geometry, 4);
      const reduced = spanScene(perturbed(target, 0.2, 5), target);
      const { reason, model } = await tune(reduced, { method });
      expect(reason).toBe('rounding');
      expect(parameterError(model, reduced.teacher)).toBeLessThan(1e-13);
    }
  });

  it('goes on from a saved state bit for bit', async () => {
    const full = await tune(spanScene(student, teacher), { method });
    const middle = full.records[Math.floor(full.records.length / 2)]!;
    const start = loadState(saveState(middle.state));
    const resumed = await tune(spanScene(student, teacher), { method, start });
    expect(resumed.state).toEqual(full.state);
    expect(resumed.model).toEqual(full.model);
    expect(resumed.reason).toBe(full.reason);
    const steps = (run: typeof full) => run.records.map(({ step, loss }) => [step, loss]);
    expect(steps(resumed)).toEqual(steps(full).slice(middle.step + 1));
  });

  it('ends at once from a state that stands still', async () => {
    const full = await tune(spanScene(student, teacher), { method });
    const start = loadState(saveState(full.state));
    const resumed = await tune(spanScene(student, teacher), { method, start });
    expect(resumed).toEqual({ ...full, records: [] });
  });

  it('refuses a state of the other method', async () => {
    const other = methods.find((name) => name !== method)!;
    const { state } = await tune(spanScene(student, teacher), {
      method: other,
      until: { steps: 1 },
    });
    const going = tune(spanScene(student, teacher), { method, start: state });
    await expect(going).rejects.toThrow(/another method/);
  });
});

describe('a run of gradient descent', () => {
  it('records every few steps, and the first and last', async () => {
    const options = { until: { steps: 25 }, every: 10 };
    const { records } = await tune(spanScene(student, teacher), options);
    expect(records.map(({ step }) => step)).toEqual([0, 10, 20, 25]);
    for (const record of records) {
      expect(record.overlaps?.expert.shape).toEqual([2, 2]);
      expect(record.alignment?.student).toHaveLength(2);
    }
  });

  it('stops at the gradient asked for', async () => {
    const until = { gradientNorm: 1e-6 };
    const { reason, records } = await tune(spanScene(student, teacher), { until });
    expect(reason).toBe('gradientNorm');
    expect(records.at(-1)!.gradientNorm).toBeLessThanOrEqual(1e-6);
    expect(records.at(-1)!.gradientNorm).toBeGreaterThan(1e-7);
  });

  it('leaves the start and its records untouched', async () => {
    const before = structuredClone(student);
    const { records } = await tune(scene(student, teacher), { until: { steps: 10 } });
    expect(student).toEqual(before);
    expect(records[0]!.state.model).toEqual(before);
  });

  it('says where it diverged', async () => {
    for (const step of [1e200, 1e60, 30]) {
      const run = tune(spanScene(student, teacher), { step });
      await expect(run).rejects.toThrow(DivergedError);
    }
  });
});
