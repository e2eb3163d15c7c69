import {
  forward,
  type MoE,
  ndarray,
  ShapeError,
  UnknownNameError,
  ValueError,
} from '@softmoe/model';
import { mapParams, row, takeRows } from '@softmoe/model/linalg';
import { populationGram } from '@softmoe/population';
import { normals } from '@softmoe/teacher';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  axisTeacher,
  perturbed,
  randomModel,
  sampledGram,
  specOf,
  stack,
} from '../fixtures/synthetic.ts';
import { lossOf, prune, type SizeRule } from './index.ts';

const k = 3;
const d = 12;
const teacher = axisTeacher(k, d);
const gramOf = (model: MoE) => populationGram(model, teacher);

/** Near the teacher with its amplitudes split over copies, among small units of random directions. */
const trainedLike = (size: number, seed: number, small = 1e-3): MoE =>
  stack(
    randomModel(seed, 3, d, small),
    perturbed(teacher, size, seed + 1, 0.5),
    perturbed(teacher, size, seed + 2, 0.3),
    randomModel(seed + 3, 2, d, small),
    perturbed(teacher, size, seed + 4, 0.2),
  );
const copiesOf = [
  [3, 6, 11],
  [4, 7, 12],
  [5, 8, 13],
];

const populationLoss = (model: MoE) => lossOf(gramOf(model), model.params.amplitude.data);

describe('prune', () => {
  it('finds the teacher behind exact copies and noise units, exactly', async () => {
    const { model, kept, merged, curve, lossAfter } = await prune(trainedLike(0, 1), gramOf);
    expect(kept).toHaveLength(k);
    expect(merged.map((units) => units.toSorted((i, l) => i - l))).toEqual(copiesOf);
    expect(model.spec).toEqual(specOf(d, k));
    for (const name of ['router', 'expert', 'amplitude'] as const) {
      model.params[name].data.forEach((x, n) => {
        expect(Math.abs(x - teacher.params[name].data[n]!)).toBeLessThan(1e-13);
      });
    }
    expect(Math.abs(lossAfter)).toBeLessThan(1e-15);
    expect(curve).toHaveLength(15);
  });

  it.each([1e-8, 1e-4, 1e-2, 0.2])('finds the size behind copies at distance %d', async (size) => {
    const student = trainedLike(size, 2);
    const { model, kept, merged, curve, lossBefore, lossAfter } = await prune(student, gramOf);
    expect(kept).toHaveLength(k);
    merged.forEach((units, j) => {
      expect(units[0]).toBe(kept[j]);
      const copies = copiesOf.find((of) => of.includes(kept[j]!));
      expect(copies).toEqual(expect.arrayContaining([...units]));
    });
    expect(lossBefore).toBe(populationLoss(student));
    expect(lossAfter).toBe(populationLoss(model));
    expect(lossAfter).toBeLessThanOrEqual(curve.at(-1 - k)!.loss + 1e-15);
    expect(lossAfter).toBeLessThan(size ** 2 + 1e-15);
  });

  it('merges duplicates where that lowers the loss, and else keeps one of them', async () => {
    const student = stack(perturbed(teacher, 0.2, 3, 0.5), perturbed(teacher, -0.2, 3, 0.5));
    const merging = await prune(student, gramOf, { size: k });
    const selecting = await prune(student, gramOf, { size: k }, { redundancy: 1 });
    expect(selecting.merged).toEqual(selecting.kept.map((unit) => [unit]));
    expect(selecting.lossAfter).toBeCloseTo(selecting.curve.at(-1 - k)!.loss, 14);
    expect(merging.lossAfter).toBeLessThan(0.01 * selecting.lossAfter);

    const spoilt = stack(teacher, perturbed(teacher, 0.5, 4, 0.9));
    const { kept, merged, lossAfter } = await prune(spoilt, gramOf);
    expect(merged).toEqual(kept.map((unit) => [unit]));
    expect(Math.abs(lossAfter)).toBeLessThan(1e-15);
  });

  it('merges all exact copies, whichever of them rounding prefers', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const hidden = randomModel(seed, 4, d, 1);
      const shares = [0.4, 0.3, 0.2, 0.1].map((share) => perturbed(hidden, 0, 0, share));
      const { merged } = await prune(stack(...shares), (model) => populationGram(model, hidden));
      expect(merged.map((units) => units.length)).toEqual([4, 4, 4, 4]);
    }
  });

  it('keeps the kept units where nothing is merged, bit for bit', async () => {
    const student = trainedLike(0.1, 5);
    const { model, kept } = await prune(student, gramOf, 'cliff', { redundancy: 1 });
    kept.forEach((unit, j) => {
      expect(row(model.params.router, j)).toEqual(row(student.params.router, unit));
      expect(row(model.params.expert, j)).toEqual(row(student.params.expert, unit));
    });
  });

  it('never raises the loss of the selected units by merging, at any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1e6),
        fc.constantFrom(0.01, 0.1, 0.3),
        fc.integer({ min: 1, max: 14 }),
        async (seed, distance, size) => {
          const student = trainedLike(distance, seed, 0.1);
          const { model, merged, curve, lossAfter } = await prune(student, gramOf, { size });
          expect(model.spec.experts).toBe(size);
          expect(lossAfter).toBeLessThanOrEqual(curve.at(-1 - size)!.loss + 1e-11);
          const units = merged.flat();
          expect(new Set(units).size).toBe(units.length);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('takes one unit to one unit', async () => {
    const one = axisTeacher(1, 4);
    const ofOne = (model: MoE) => populationGram(model, one);
    const { model, kept, lossAfter } = await prune(perturbed(one, 0, 1, 0.3), ofOne);
    expect(kept).toEqual([0]);
    expect(model.params.amplitude.data[0]).toBeCloseTo(1, 14);
    expect(Math.abs(lossAfter)).toBeLessThan(1e-16);
  });

  it('finds a single teacher unit among many', async () => {
    const one = axisTeacher(1, d);
    const student = stack(
      randomModel(1, 6, d, 1e-3),
      perturbed(one, 0.05, 2, 0.6),
      perturbed(one, 0.05, 3, 0.4),
    );
    const { kept } = await prune(student, (model) => populationGram(model, one));
    expect(kept).toHaveLength(1);
    expect(kept[0]).toBeGreaterThanOrEqual(6);
  });

  it('keeps all units of a student of the right size, or short of one', async () => {
    const exact = await prune(perturbed(teacher, 0.05, 1, 0.9), gramOf);
    expect(exact.kept).toEqual([0, 1, 2]);
    const bigger = axisTeacher(4, d);
    const short = await prune(perturbed(axisTeacher(4, d), 0.05, 1, 1), (model) =>
      populationGram(model, bigger),
    );
    expect(short.kept).toEqual([0, 1, 2, 3]);
    const missing = stack(
      perturbed(subset(bigger, [0, 1, 3]), 0.01, 2, 1),
      randomModel(5, 1, d, 1e-3),
    );
    const found = await prune(missing, (model) => populationGram(model, bigger));
    expect(found.kept).toEqual([0, 1, 2]);
    expect(found.lossAfter).toBeGreaterThan(0.1);
  });

  it('leaves as many units as the size or the tolerance asks for', async () => {
    const student = trainedLike(0.05, 6);
    expect((await prune(student, gramOf, { size: 2 })).model.spec.experts).toBe(2);
    expect((await prune(student, gramOf, { size: 14 })).kept).toHaveLength(14);
    expect((await prune(student, gramOf, { tolerance: 0.05 })).kept).toHaveLength(k);
    expect((await prune(student, gramOf, { tolerance: 0.5 })).kept).toHaveLength(2);
  });

  it('keeps dependent units of a size above the rank, with amplitude 0', async () => {
    const copies = stack(teacher, teacher);
    const { model, lossAfter } = await prune(copies, gramOf, { size: 5 });
    expect([...model.params.amplitude.data].filter((a) => a === 0)).toHaveLength(2);
    expect(Math.abs(lossAfter)).toBeLessThan(1e-15);
  });

  it('does not depend on the order of the units', async () => {
    const student = trainedLike(0.1, 7);
    const order = Array.from({ length: 14 }, (_, i) => (5 * i + 3) % 14);
    const { kept, merged, lossAfter } = await prune(student, gramOf);
    const shuffled = await prune(subset(student, order), gramOf);
    expect(shuffled.kept.map((unit) => order[unit]!).sort((i, l) => i - l)).toEqual(kept);
    expect(shuffled.merged.map((units) => units.map((unit) => order[unit]).join()).sort()).toEqual(
      merged.map((units) => units.join()).sort(),
    );
    expect(shuffled.lossAfter).toBeCloseTo(lossAfter, 13);
  });

  it('works on Gram data sampled on one batch', async () => {
    const sampled = (model: MoE) => sampledGram(model, teacher, 2000, 1);
    const { model, kept, lossAfter } = await prune(trainedLike(0.1, 8), sampled);
    expect(kept).toHaveLength(k);
    const inputs = normals({ seed: 1, stream: 'batch', step: 0, size: 2000 }, d);
    const labels = forward(teacher, inputs, 2000);
    const error = forward(model, inputs, 2000).map((y, s) => (y - labels[s]!) ** 2 / 4000);
    expect(lossAfter).toBeCloseTo(
      error.reduce((sum, x) => sum + x, 0),
      12,
    );
    expect(populationLoss(model)).toBeLessThan(0.02);
  });

  it('works on Gram data with independent errors, told their size', async () => {
    const noise = 1e-4;
    const noisy = (model: MoE) => {
      const gram = gramOf(model);
      const m = model.spec.experts;
      const errors = normals({ seed: 5, stream: 'errors', step: 0, size: m }, m + 1);
      const students = gram.students.data.slice();
      for (let i = 0; i < m; i++) {
        for (let l = 0; l < m; l++) {
          const error = errors[Math.min(i, l) * (m + 1) + Math.max(i, l)]!;
          students[i * m + l] = students[i * m + l]! + 0.25 * noise * error;
        }
      }
      const cross = gram.cross.data.map((t, i) => t + 0.25 * noise * errors[i * (m + 1) + m]!);
      return {
        students: ndarray([m, m], students),
        cross: ndarray([m], cross),
        target: gram.target,
      };
    };
    const student = trainedLike(0, 9);
    const { model, kept } = await prune(student, noisy, 'cliff', { noise: 1e-3 });
    expect(kept).toHaveLength(k);
    expect(populationLoss(model)).toBeLessThan(1e-6);
  });
});

describe('prune', () => {
  const student = trainedLike(0.1, 10);

  it('refuses a model that is none', async () => {
    const broken = { ...student, spec: { ...student.spec, experts: 13 } };
    await expect(prune(broken, gramOf)).rejects.toThrow(ShapeError);
  });

  it('refuses Gram data of another model', async () => {
    await expect(prune(student, () => gramOf(teacher))).rejects.toThrow(/gram\.cross/);
    const first = gramOf(student);
    await expect(prune(student, () => first)).rejects.toThrow(ShapeError);
  });

  it('refuses Gram data that is not finite, and passes on what gramOf throws', async () => {
    const gram = gramOf(student);
    await expect(prune(student, () => ({ ...gram, target: NaN }))).rejects.toThrow(ValueError);
    const boom = new Error('no backend');
    await expect(prune(student, () => Promise.reject(boom))).rejects.toBe(boom);
  });

  it('refuses a target that is zero', async () => {
    const gram = gramOf(student);
    const zero = { ...gram, cross: ndarray([14], new Float64Array(14)), target: 0 };
    await expect(prune(student, () => zero)).rejects.toThrow(/target that is not zero/);
  });

  it('refuses a rule that cannot be met', async () => {
    await expect(prune(student, gramOf, { size: 0 })).rejects.toThrow(ValueError);
    await expect(prune(student, gramOf, { size: 15 })).rejects.toThrow(ValueError);
    await expect(prune(student, gramOf, { tolerance: -1 })).rejects.toThrow(ValueError);
    await expect(prune(student, gramOf, { tolerance: 1e-9 })).rejects.toThrow(/at least/);
    const unknown: unknown = 'knee';
    await expect(prune(student, gramOf, unknown as SizeRule)).rejects.toThrow(UnknownNameError);
    for (const redundancy of [2, 0.4, NaN]) {
      const refused = prune(student, gramOf, 'cliff', { redundancy });
      await expect(refused).rejects.toThrow(expect.objectContaining({ field: 'redundancy' }));
      await expect(refused).rejects.toThrow(ValueError);
    }
  });
});

/** The units of those numbers, in that order. */
function subset({ spec, params }: MoE, units: readonly number[]): MoE {
  return {
    spec: { ...spec, experts: units.length },
    params: mapParams(params, (array) => takeRows(array, units)),
  };
}
