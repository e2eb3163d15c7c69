import { UnknownNameError, ValueError } from '@softmoe/model';
import { DivergedError, loadState, saveState } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { geometries, perturbed, scene, settle, spanScene, teacherOf } from '../fixtures/scenes.ts';
import { type FinetuneMethod, finetune, finetuneMethods } from './finetune.ts';

const teacher = teacherOf(20, 2, geometries[1]!, 1);
const student = perturbed(teacher, 0.1, 2);

describe('finetune', () => {
  it.each(finetuneMethods)('reaches the teacher to rounding by %s', async (method) => {
    for (const geometry of geometries) {
      const target = teacherOf(32, 3, geometry, 4);
      const start = perturbed(target, 0.2, 5);
      const { result } = await settle(spanScene(start, target, { method }));
      expect(result.reason).toBe('rounding');
      expect(result.certificate.parameterError).toBeLessThan(1e-13);
      expect(result.certificate.verdict).toBe('certified');
    }
  });

  it.each(finetuneMethods)('resumes a saved state bit for bit (%s)', async (method) => {
    const full = await settle(spanScene(student, teacher, { method }));
    const middle = full.records[Math.floor(full.records.length / 2)]!;
    const resume = loadState(saveState(middle.state));
    const resumed = await settle(spanScene(student, teacher, { method, resume }));
    expect(resumed.result.certificate).toEqual(full.result.certificate);
    expect(resumed.result.model).toEqual(full.result.model);
    expect(resumed.result.reason).toBe(full.result.reason);
    const steps = (run: typeof full) => run.records.map(({ step, loss }) => [step, loss]);
    expect(steps(resumed)).toEqual(steps(full).slice(middle.step + 1));
  });

  it('records every few steps, and the first and last', async () => {
    const options = { maxSteps: 25, recordEvery: 10 };
    const { records } = await settle(spanScene(student, teacher, options));
    expect(records.map(({ step }) => step)).toEqual([0, 10, 20, 25]);
    for (const record of records) {
      expect(record.overlaps?.expert.shape).toEqual([2, 2]);
      expect(record.alignment?.student).toHaveLength(2);
    }
  });

  it('does without a target', async () => {
    const { target, ...options } = spanScene(student, teacher);
    const { records, result } = await settle(options);
    expect(target).toBeDefined();
    expect(records[0]).not.toHaveProperty('overlaps');
    expect(result.certificate).not.toHaveProperty('parameterError');
    expect(result.certificate.verdict).toBe('certified');
    const { measuredContraction, predictedContraction } = result.certificate;
    expect(Math.log(measuredContraction!) / Math.log(predictedContraction!)).toBeCloseTo(1, 2);
  });

  it('stops at the gradient asked for', async () => {
    const { result } = await settle(spanScene(student, teacher, { gradientNorm: 1e-6 }));
    expect(result.reason).toBe('gradientNorm');
    expect(result.certificate.gradientNorm).toBeLessThanOrEqual(1e-6);
    expect(result.certificate.gradientNorm).toBeGreaterThan(1e-7);
  });

  it('stops when aborted, with what was done', async () => {
    const controller = new AbortController();
    const run = finetune(spanScene(student, teacher, { signal: controller.signal }));
    for (let n = 0; n < 5; n++) await run.next();
    controller.abort();
    const end = await run.next();
    expect(end.done).toBe(true);
    if (!end.done) return;
    expect(end.value.reason).toBe('aborted');
    expect(end.value.state.step).toBe(4);
    expect(end.value.certificate.verdict).toBe('not-converged');
  });

  it('leaves the start and its records untouched', async () => {
    const before = structuredClone(student);
    const { records } = await settle(scene(student, teacher, { maxSteps: 10 }));
    expect(student).toEqual(before);
    expect(records[0]!.state.model).toEqual(before);
  });

  it('says where it diverged', async () => {
    for (const step of [1e200, 1e60, 30]) {
      const run = settle(spanScene(student, teacher, { step }));
      await expect(run).rejects.toThrow(DivergedError);
    }
  });

  it('names what is wrong with its options', async () => {
    const tanh = { ...teacher, spec: { ...teacher.spec, gate: 'tanh' as const } };
    const options = scene(student, teacher);
    const bad: [object, unknown, RegExp][] = [
      [{ method: 'newton' as FinetuneMethod }, UnknownNameError, /method.*gradientDescent/],
      [{ maxSteps: -1 }, ValueError, /maxSteps/],
      [{ maxSteps: 1.5 }, ValueError, /maxSteps/],
      [{ recordEvery: 0 }, ValueError, /recordEvery/],
      [{ gradientNorm: Number.NaN }, ValueError, /gradientNorm/],
      [{ inputDim: 19 }, ValueError, /inputDim/],
      [{ step: 0 }, ValueError, /step/],
      [{ target: tanh }, ValueError, /student\.spec/],
    ];
    for (const [change, kind, message] of bad) {
      const error = await settle({ ...options, ...change }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(kind);
      expect((error as Error).message).toMatch(message);
    }
  });
});
