import { population } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import { cubicTeacher } from '../../fixtures/proofs.ts';
import { certify, prove } from '../index.ts';

const teacherOf = (experts: number) => cubicTeacher(2 * experts, experts, { kind: 'orthonormal' });
const teacher = teacherOf(2);
const estimator = population(teacher);

describe('the proof in a certificate', () => {
  it('is the one that prove gives', async () => {
    const { proof, proofFailure } = await certify(teacher, estimator, { target: teacher });
    expect({ proof, proofFailure }).toEqual(prove(teacher, teacher));
    expect(proof?.distance).toBe(0);
  });

  it('is about the models in the coordinates that are asked for', async () => {
    const amplitude = { shape: [2], data: Float64Array.of(1.001, 1) };
    const student = { ...teacher, params: { ...teacher.params, amplitude } };
    const { proof } = await certify(teacher, estimator, {
      target: teacher,
      proof: { subject: { student, teacher } },
    });
    expect(proof?.distance).toBeCloseTo(0.001, 12);
  });

  it('is not attempted without a target, where it is not wanted, or above the units allowed', async () => {
    const reasonOf = async (options: Parameters<typeof certify>[2]) =>
      (await certify(teacher, estimator, options)).proofFailure;
    const one = { target: teacher, proof: { maxUnits: 1 } };
    expect(await reasonOf({})).toMatchObject({ reason: 'not-attempted', excess: null });
    expect(await reasonOf({ target: teacher, proof: false })).toMatchObject({
      reason: 'not-attempted',
    });
    expect(await reasonOf(one)).toMatchObject({ reason: 'not-attempted', left: 2, right: 1 });
  });

  it('is refused to a request with an unknown field', async () => {
    const action = certify(teacher, estimator, {
      target: teacher,
      proof: { units: 3 } as never,
    });
    await expect(action).rejects.toMatchObject({ field: expect.stringContaining('proof') });
  });

  it('is followed in percents, and stopped by a signal while it is made', async () => {
    const many = teacherOf(16);
    const reason = new Error('enough');
    const controller = new AbortController();
    const percents: number[] = [];
    const action = certify(many, population(many), {
      target: many,
      signal: controller.signal,
      onWork: ({ task, done }) => {
        if (task !== 'proof') return;
        percents.push(done);
        if (percents.length === 2) controller.abort(reason);
      },
    });
    await expect(action).rejects.toBe(reason);
    expect(percents[0]).toBeGreaterThanOrEqual(0);
    expect(percents[1]).toBeLessThan(100);
  });
});
