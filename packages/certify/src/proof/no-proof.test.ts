import { type MoE, retract } from '@softmoe/model';
import { expertOf, gateOf, routingOf } from '@softmoe/model/checks';
import { mapParams } from '@softmoe/model/linalg';
import { describe, expect, it } from 'vitest';
import { unitsOf } from '../../../finetune/fixtures/scenes.ts';
import { cubicTeacher, displaced, noiseOf } from '../../fixtures/proofs.ts';
import { prove } from '../index.ts';

const scaled = (factor: number, params: MoE['params']) =>
  mapParams(params, ({ shape, data }) => ({ shape, data: data.map((x) => factor * x) }));

describe('no proof', () => {
  const teacher = cubicTeacher(8, 2, { kind: 'orthonormal' });
  const reasonOf = (model: MoE) => prove(model, model).proofFailure?.reason;

  it('is given for a teacher with a duplicated unit, or two that are nearly the same', () => {
    expect(reasonOf(unitsOf(teacher, [0, 1, 1], [1, 1, 1]))).toBe('curvature');
    const near = unitsOf(teacher, [0, 1, 1], [1, 1, 1]);
    near.params.router.data[2 * 8] = near.params.router.data[2 * 8]! + 1e-8;
    expect(reasonOf(retract(near.spec, near.params))).toBe('curvature');
  });

  it('is given for a teacher of units that tie, and says by how much and that no student mends it', () => {
    // g(v·x)h(w·x) + g(−v·x)h(w·x) = h(w·x) for any v: a minimum that is not isolated.
    const { router, expert: rows, amplitude } = teacher.params;
    const [v, w] = [router.data.subarray(0, 8), rows.data.subarray(0, 8)];
    const tie = retract(teacher.spec, {
      router: { shape: [2, 8], data: Float64Array.from([...v, ...v.map((x) => -x)]) },
      expert: { shape: [2, 8], data: Float64Array.from([...w, ...w]) },
      amplitude,
    });
    const { proofFailure } = prove(tie, tie);
    expect(proofFailure).toMatchObject({ reason: 'curvature', left: 0, mend: 'digits' });
    expect(proofFailure?.right).toBeLessThan(0);
    expect(proofFailure?.right).toBeGreaterThan(-1e-12);
    expect(proofFailure?.excess).toBe(-proofFailure!.right!);
    expect(proofFailure?.remedy).toMatch(/^No closer student and no other step mend this/);
  });

  it('is given for amplitudes that float64 cannot tell from 0', () => {
    for (const weak of [1e-8, 1e-12, 0]) {
      const { proofFailure } = prove(
        unitsOf(teacher, [0, 1], [1, weak]),
        unitsOf(teacher, [0, 1], [1, weak]),
      );
      expect(proofFailure).toMatchObject({ reason: 'curvature', mend: 'digits' });
      expect(proofFailure?.remedy).toMatch(/one too weak for float64/);
    }
  });

  it('reaches from a tiny amplitude farther than to its sign: the ball is smaller than the amplitude', () => {
    for (const weak of [1e-2, 1e-4, 1e-6]) {
      const small = unitsOf(teacher, [0, 1], [1, weak]);
      const { proof, proofFailure } = prove(small, small);
      if (proof) expect(proof.radius).toBeLessThan(weak);
      else expect(proofFailure.reason).toBe('curvature');
    }
  });

  it('reaches a student 1e-2 away from a teacher with experts correlated to 0.999', () => {
    const correlated = cubicTeacher(12, 3, { kind: 'correlated', overlap: 0.999 });
    const student = displaced(correlated, noiseOf(correlated, 1), 1e-2);
    const { proofFailure } = prove(student, correlated);
    expect(proofFailure).toMatchObject({ reason: 'distance', mend: 'closer-student' });
    expect(proofFailure?.left).toBeGreaterThan(1e-2 - 1e-9);
    expect(proofFailure?.right).toBeLessThan(7e-3);
    expect(proofFailure?.excess).toBe(proofFailure!.left! - proofFailure!.right!);
  });

  it('is given for steps that do not converge, and says below which they would', () => {
    const { proofFailure } = prove(teacher, teacher, { steps: [0.5, 3] });
    expect(proofFailure).toMatchObject({ reason: 'contraction', right: 2, mend: 'step' });
    expect(proofFailure?.excess).toBeGreaterThan(0);
    expect(proofFailure?.remedy).toMatch(/below 2\/λ_max/);
  });

  it.each<[object, string]>([
    [{ steps: [0, 1] }, 'options.steps[0]'],
    [{ steps: [1, 0.5] }, 'options.steps[1]'],
    [{ steps: 0.5 }, 'options.steps[0]'],
    [{ maxUnits: 0 }, 'options.maxUnits'],
    [{ inputDim: 7 }, 'options.inputDim'],
    [{ step: 0.5 }, 'options.step'],
  ])('comes from a bad option (%o)', (options, field) => {
    const action = () => prove(teacher, teacher, options as never);
    expect(action).toThrow(expect.objectContaining({ field }));
  });

  it('rests on the parity that an expert or a routing of one’s own claims', () => {
    const own = { ...expertOf({ kind: 'series', coefficients: [0, 0.5, 1] }), name: 'mine' };
    const untrue = { ...own, parity: 'odd' };
    const lied = { ...teacher, spec: { ...teacher.spec, expert: untrue } } as unknown as MoE;
    expect(() => prove(lied, lied)).toThrow(
      expect.objectContaining({ field: 'student.spec.expert.parity' }),
    );
    const claimed = { ...teacher, spec: { ...teacher.spec, expert: own } };
    const { expert: rows, amplitude } = scaled(-1, teacher.params);
    const flipped = {
      ...claimed,
      params: { router: teacher.params.router, expert: rows, amplitude },
    };
    expect(prove(flipped, claimed).proofFailure).toMatchObject({ reason: 'expert' });
    const routing = { ...routingOf('independent'), parity: () => 'odd' };
    const rerouted = { ...teacher, spec: { ...teacher.spec, routing } } as unknown as MoE;
    expect(reasonOf(rerouted)).toBe('routing');
  });

  it('is attempted for what has no bounds, or for more units than allowed', () => {
    const own = { ...gateOf('sigmoid'), name: 'mine' };
    const custom = { ...teacher, spec: { ...teacher.spec, gate: own } } as unknown as MoE;
    expect(prove(custom, custom).proofFailure).toMatchObject({
      reason: 'gate',
      inequality: 'the gate mine has no proved bounds',
    });
    const relu = cubicTeacher(4, 1, { kind: 'random-unit' }, { expert: { kind: 'relu' } });
    expect(reasonOf(relu)).toBe('expert');
    expect(prove(unitsOf(teacher, [0], [1]), teacher).proofFailure).toMatchObject({
      reason: 'size',
    });
    const { proofFailure } = prove(teacher, teacher, { maxUnits: 1 });
    expect(proofFailure).toMatchObject({ reason: 'not-attempted', excess: 1 });
    expect(proofFailure?.remedy).toMatch(/MB/);
  });
});
