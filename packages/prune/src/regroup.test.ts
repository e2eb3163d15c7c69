import { type MoE, ndarray, units } from '@softmoe/model';
import { param, paramEntries } from '@softmoe/model/linalg';
import { describe, expect, it } from 'vitest';
import { copiesOf, jittered, softmaxModel } from '../fixtures/softmax.ts';
import { sampledGram } from '../fixtures/synthetic.ts';
import { lossOf, prune } from './index.ts';

const d = 6;
const teacher = softmaxModel(1, 2, d);
const gramOf = (model: MoE) => sampledGram(model, teacher, 2000, 0);

/** Unit 0 of the teacher as units 1, 3, 5, its unit 1 as 0 and 4, and a dead unit with a gate of e⁻³⁰. */
const student = (() => {
  const made = copiesOf(teacher, [
    { of: 1, share: 0.9 },
    { of: 0, share: 0.3, sign: -1 },
    { of: 1, share: 1 },
    { of: 0, share: 0.6 },
    { of: 1, share: 0.1 },
    { of: 0, share: 0.1 },
  ]);
  made.params.routerBias!.data[2] = -30;
  made.params.expert.data.set([1, 0, 0, 0, 0, 0], 2 * d);
  return made;
})();

describe('prune under softmax routing', () => {
  it('gives back the model behind copies of its units and a dead one, exactly', async () => {
    const pruned = await prune(student, gramOf);
    expect(pruned.kept).toEqual([0, 3]);
    expect(pruned.merged.map((group) => group.filter((unit) => unit !== 2))).toEqual([
      [0, 4],
      [3, 1, 5],
    ]);
    const expected = copiesOf(teacher, [
      { of: 1, share: 1 },
      { of: 0, share: 1 },
    ]);
    for (const [name, { data }] of paramEntries(expected.params)) {
      const found = param(pruned.model.params, name).data;
      data.forEach((x, i) => {
        expect(Math.abs(x - found[i]!), `${name}[${i}]`).toBeLessThan(1e-10);
      });
    }
    const nullLoss = pruned.curve.at(-1)!.loss;
    expect(Math.abs(pruned.lossBefore)).toBeLessThan(1e-14);
    expect(Math.abs(pruned.lossAfter)).toBeLessThan(1e-14);
    expect(pruned.curve.map(({ size }) => size)).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect(pruned.curve[5]!.loss).toBeGreaterThan(0.01 * nullLoss);
  });

  it('tells the loss of the pruned model itself, from its own Gram data', async () => {
    const near = jittered(student, 0.1, 3);
    for (const size of [1, 2, 3, 5, 6]) {
      const { model, kept, merged, lossAfter, curve } = await prune(near, gramOf, { size });
      expect(model.spec.experts).toBe(size);
      expect(merged.map((group) => group[0])).toEqual(kept);
      expect(lossAfter).toBeCloseTo(lossOf(gramOf(model), model.params.amplitude.data), 12);
      expect(lossAfter).toBeCloseTo(curve.find((point) => point.size === size)!.loss, 10);
    }
  });

  it('finds the size of near copies by the cliff, and merging beats every subset', async () => {
    const near = jittered(student, 0.1, 4);
    const { kept, merged, lossAfter } = await prune(near, gramOf);
    expect(kept).toHaveLength(2);
    expect(merged.every((group) => group.length > 1)).toBe(true);
    for (const pair of [
      [0, 1],
      [0, 3],
      [0, 5],
      [3, 4],
    ]) {
      const subset = copiesOf(
        near,
        pair.map((of) => ({ of, share: 1 })),
      );
      const { lossAfter: subsetLoss } = await prune(subset, gramOf, { size: 2 });
      expect(lossAfter).toBeLessThan(subsetLoss);
    }
  });

  it('asks for Gram data of whole candidate models only', async () => {
    const sizes: number[] = [];
    await prune(student, (model) => {
      sizes.push(model.spec.experts);
      const row = units(model, new Float64Array(d).fill(0.3), 1);
      expect(row).toHaveLength(model.spec.experts);
      return gramOf(model);
    });
    expect(sizes[0]).toBe(6);
    for (const size of [5, 4, 3, 2, 1]) {
      const asked = sizes.filter((other) => other === size).length;
      expect(asked).toBeGreaterThan(size);
      expect(asked).toBeLessThanOrEqual(2 * (size + 1) - 1);
    }
    expect(sizes.length).toBeLessThanOrEqual(6 ** 2);
  });

  it('takes a model of one unit to one unit', async () => {
    const single = softmaxModel(9, 1, d);
    for (const rule of ['cliff', { size: 1 }, { tolerance: 1 }] as const) {
      const { kept, curve } = await prune(single, gramOf, rule);
      expect(kept).toEqual([0]);
      expect(curve).toHaveLength(2);
    }
  });

  it('keeps a perfect model at tolerance 0, and names the least loss where there is none', async () => {
    expect((await prune(teacher, gramOf, { tolerance: 0 })).kept).toEqual([0, 1]);
    const other = softmaxModel(2, 5, d);
    const { curve } = await prune(other, gramOf);
    const least = Math.min(...curve.map(({ loss }) => loss)) / curve.at(-1)!.loss;
    expect(least).toBeLessThan(0.9 * (curve[0]!.loss / curve.at(-1)!.loss));
    await expect(prune(other, gramOf, { tolerance: 0 })).rejects.toThrow(`Use at least ${least}`);
    expect((await prune(other, gramOf, { tolerance: least })).lossAfter).toBeLessThan(
      1.0001 * least * curve.at(-1)!.loss,
    );
  });

  it('prunes a model without amplitudes, with units that cancel and with a gate that never opens', async () => {
    const changed = (name: string, data: readonly number[]) => ({
      ...student,
      params: { ...student.params, [name]: ndarray([6], data) },
    });
    const dead = [...student.params.routerBias!.data.with(2, -800)];
    for (const model of [
      changed('amplitude', [0, 0, 0, 0, 0, 0]),
      changed('amplitude', [1, 1, 1, -1, -1, 1]),
      changed('routerBias', dead),
    ]) {
      const { kept, lossAfter } = await prune(model, gramOf);
      expect(kept).toHaveLength(2);
      expect(Math.abs(lossAfter)).toBeLessThan(1e-14);
    }
  });

  it('refuses what has no answer before it asks for any Gram data', async () => {
    const never = () => {
      throw new Error('asked');
    };
    await expect(prune(student, never, { size: 7 })).rejects.toThrow(/rule\.size: .* 1 and 6/);
    await expect(prune(student, never, { size: Number.NaN })).rejects.toThrow(/rule\.size/);
    await expect(prune(student, never, { tolerance: -1 })).rejects.toThrow(/rule\.tolerance/);
    await expect(prune(student, never, 'cliff', { redundancy: 0.9 })).rejects.toThrow(
      /redundancy: has no meaning under softmax/,
    );
  });
});
