import { createReferenceBackend } from '@softmoe/backend';
import { forward, UnknownNameError, ValueError } from '@softmoe/model';
import { expertOf, gateOf } from '@softmoe/model/checks';
import { dataset, sampled, toTarget } from '@softmoe/sampled';
import { normals } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { SnapshotError } from '../errors.ts';
import { isWithin } from './choose-size.ts';
import { neuronsOfSize, perceptron } from './comparison.ts';
import { type FitProgress, fitDataset } from './fit-dataset.ts';
import type { EndedFit, FitJournal } from './fit-journal.ts';
import { errorOn, validatedFit } from './validated-fit.ts';

/** y = x_0 x_1 + sin x_2 on 240 rows, with noise. */
const size = 240;
const inputs = normals({ seed: 1, stream: 'inputs', step: 0, size }, 3);
const noise = normals({ seed: 1, stream: 'noise', step: 0, size }, 1);
const table = (sigma: number) => ({
  inputs,
  targets: Float64Array.from({ length: size }, (_, s) => {
    const [a = 0, b = 0, c = 0] = inputs.subarray(3 * s, 3 * s + 3);
    return 40 + 5 * (a * b + Math.sin(c)) + sigma * (noise[s] ?? 0);
  }),
});
const data = dataset(table(0.5), { seed: 1 });
const quick = { experts: 6, starts: 2, steps: 40, patience: 8 };

const journalOf = (ended: readonly EndedFit[], kept: EndedFit[]): FitJournal => {
  const left = [...ended];
  return { next: () => left.shift(), keep: (fit) => void kept.push(fit) };
};

describe('fitDataset', () => {
  it('learns a smooth function to its noise, with fewer units than it began with', async () => {
    const fit = await fitDataset(data, quick);
    const [pruned, scratch, mlp] = fit.comparison;
    expect(pruned?.test.rmse).toBeLessThan(0.2);
    expect(fit.model.spec.experts).toBeLessThan(6);
    expect(pruned?.units).toBe(fit.model.spec.experts);
    expect(fit.sizes[0]?.size).toBe(6);
    expect(fit.starts.map(({ seed }) => seed)).toEqual([0, 1]);

    const outputs = toTarget(
      data.standardisation,
      forward(fit.model, data.test.inputs, data.test.size),
    );
    const truth = toTarget(data.standardisation, data.test.targets);
    const squares = outputs.map((f, s) => (f - (truth[s] ?? 0)) ** 2);
    const rmse = Math.sqrt(squares.reduce((sum, x) => sum + x, 0) / data.test.size);
    expect(rmse / data.standardisation.target.scale).toBeCloseTo(pruned?.test.rmse ?? 0, 12);

    expect(scratch).toMatchObject({ kind: 'scratch', units: pruned?.units });
    expect(mlp?.kind).toBe('mlp');
    for (const other of [scratch, mlp]) {
      expect(other?.starts).toBeGreaterThanOrEqual(2);
      expect(other?.work).toBeGreaterThanOrEqual(pruned?.work ?? Infinity);
    }
    const apart = (mlp?.parameters ?? 0) - (pruned?.parameters ?? 0);
    expect(Math.abs(apart)).toBeLessThanOrEqual(5 / 2);
  }, 60_000);

  it('is a function of its options and its data alone', async () => {
    const few = { ...quick, starts: 1, steps: 10, compare: false };
    const one = await fitDataset(data, few);
    expect(await fitDataset(data, few)).toEqual(one);
    expect(one.comparison.length).toBe(1);
    const other = await fitDataset(data, { ...few, seed: 5 });
    expect(other.model).not.toEqual(one.model);
  }, 60_000);

  it('does not look at the test rows before the end', async () => {
    const few = { ...quick, starts: 1, steps: 10 };
    const blind = { ...data, test: { ...data.test, targets: data.test.targets.map(() => 0) } };
    const [seen, unseen] = [await fitDataset(data, few), await fitDataset(blind, few)];
    expect(unseen.model).toEqual(seen.model);
    expect(unseen.comparison[1]?.validation).toEqual(seen.comparison[1]?.validation);
    expect(unseen.comparison[0]?.test.rmse).not.toBe(seen.comparison[0]?.test.rmse);
  }, 60_000);

  it('prunes by the rules of a population, and where units share their gates', async () => {
    const few = { ...quick, starts: 1, steps: 15, compare: false };
    const given = await fitDataset(data, { ...few, size: { size: 3 } });
    expect(given.model.spec.experts).toBe(3);
    expect(given.sizes.map(({ size: units }) => units)).toEqual([6, 3]);
    const loose = await fitDataset(data, { ...few, size: { tolerance: 0.9 } });
    expect(loose.model.spec.experts).toBe(1);
    const shared = await fitDataset(data, { ...few, routing: 'softmax', size: 'cliff' });
    expect(shared.model.params.routerBias).toBeDefined();
  }, 60_000);

  it('trains gates and experts that are objects', async () => {
    const few = { experts: 2, starts: 1, steps: 3, compare: false };
    const named = await fitDataset(data, { ...few, gate: 'tanh', expert: { kind: 'tanh' } });
    const gate = { ...gateOf('tanh'), name: 'mine' };
    const expert = { ...expertOf({ kind: 'tanh' }), name: 'mine' };
    const own = await fitDataset(data, { ...few, gate, expert });
    expect(own.model.params).toEqual(named.model.params);
  });

  it('certifies a minimum of the sample only where it ended at one', async () => {
    const stopped = await fitDataset(data, { ...quick, starts: 1, steps: 3, compare: false });
    expect(stopped.certificate.verdict).toBe('not-converged');
    const { objective } = sampled(data.train, createReferenceBackend());
    const { loss } = await objective.evaluate(stopped.model, 0);
    expect(stopped.certificate.loss).toBeCloseTo(loss, 14);
  });

  it('refuses more units than rows, and options that it cannot use', async () => {
    const call = (options: object) => fitDataset(data, options);
    await expect(call({ experts: 145 })).rejects.toThrow(ValueError);
    await expect(call({ experts: 145 })).rejects.toThrow(/^experts: must be at most 144/);
    await expect(call({ experts: 4, size: { size: 5 } })).rejects.toThrow(
      /^size\.size: must be between 1 and 4/,
    );
    await expect(call({ starts: 0 })).rejects.toThrow(/^starts: /);
    await expect(call({ hidden: 3 })).rejects.toThrow(UnknownNameError);
    await expect(call({ gate: 'step' })).rejects.toThrow(/gate/);
    await expect(fitDataset(undefined as never)).rejects.toThrow(/^data: /);
  });

  it('tells of every step, and of which phase it is', async () => {
    const told: FitProgress[] = [];
    const few = { experts: 3, starts: 2, steps: 2 };
    const { starts } = await fitDataset(data, { ...few, onRecord: (record) => told.push(record) });
    expect([...new Set(told.map(({ phase }) => phase))]).toEqual([
      ...['learn', 'prune', 'finetune', 'compare'],
    ]);
    const learned = told.filter(({ phase }) => phase === 'learn');
    expect(learned.map(({ step }) => step)).toEqual([0, 1, 2, 0, 1, 2]);
    expect(learned[2]).toEqual({
      ...{ phase: 'learn', units: 3, step: 2, steps: 2 },
      validation: starts[0]?.validation.rmse,
    });
  });

  it('goes on from a journal to the same bits, wherever it was stopped', async () => {
    const few = { ...quick, steps: 12, size: 'one-standard-error' as const };
    const fits: EndedFit[] = [];
    const whole = await fitDataset(data, { ...few, journal: journalOf([], fits) });
    expect(whole).toEqual(await fitDataset(data, few));
    for (const ended of [0, 1, 2, 4, fits.length - 1, fits.length]) {
      const rest: EndedFit[] = [];
      const journal = journalOf(fits.slice(0, ended), rest);
      expect(await fitDataset(data, { ...few, journal })).toEqual(whole);
      expect(rest).toEqual(fits.slice(ended));
    }
  }, 60_000);

  it('refuses a journal of other fits', async () => {
    const fits: EndedFit[] = [];
    const few = { ...quick, steps: 3, compare: false };
    await fitDataset(data, { ...few, journal: journalOf([], fits) });
    const other = () => fitDataset(data, { ...few, seed: 1, journal: journalOf(fits, []) });
    await expect(other()).rejects.toThrow(SnapshotError);
    await expect(other()).rejects.toThrow(/^journal: must begin with .* Run it again/);
  });

  it('stops with the reason of its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fitDataset(data, { ...quick, signal })).rejects.toThrow('enough');
  });
});

it('isWithin measures an excess by what it varies from row to row, whatever noise both errors share', () => {
  const noise = normals({ seed: 3, stream: 'noise', step: 0, size: 100 }, 1).map((x) => 50 * x * x);
  const above = noise.map((x, row) => x + (row % 2 ? 0.3 : 0.1));
  expect(isWithin(1, above, noise)).toBe(false);
  expect(isWithin(19, above, noise)).toBe(false);
  expect(isWithin(20, above, noise)).toBe(true);
  expect(isWithin(1, noise, above)).toBe(true);
  expect(isWithin(1, noise, noise)).toBe(true);
});

describe('validatedFit', () => {
  it('returns the iterate of least validation error, and goes no further than its patience', async () => {
    const start = perceptron(4, 12, 3);
    const fit = await validatedFit(start, data, { steps: 100, patience: 6 });
    expect(fit.reason).toBe('validation');
    expect(fit.steps).toBe(fit.best + 6);
    expect(errorOn(fit.model, data.validation)).toEqual(fit.validation);
    const shorter = await validatedFit(start, data, { steps: fit.best, patience: 100 });
    expect(shorter.model).toEqual(fit.model);
    expect(shorter.reason).toBe('steps');
  });

  it('has a course of the least error, and ends where it is behind that of a rival after 12 steps', async () => {
    const start = perceptron(4, 12, 3);
    const stopping = { steps: 40, patience: 100 };
    const { course, validation } = await validatedFit(start, data, stopping);
    expect(course.length).toBe(41);
    expect(course.at(-1)).toBe(validation.meanSquare);
    expect(course).toEqual(course.toSorted((a, b) => b - a));
    expect((await validatedFit(start, data, stopping, {}, course)).reason).toBe('steps');
    for (const [better, steps] of [
      [course.map((error) => 0.99 * error), 12],
      [course.map((error, step) => (step < 30 ? error : 0.99 * error)), 30],
      [[...course.slice(0, 12), 0.99 * validation.meanSquare], 12],
    ] as const) {
      const fit = await validatedFit(start, data, stopping, {}, better);
      expect(fit).toMatchObject({ reason: 'behind', steps });
      expect(fit.course).toEqual(course.slice(0, steps + 1));
    }
  });
});

describe('perceptron', () => {
  it('is a sum of tanh of rows of any length', async () => {
    const { model } = await validatedFit(perceptron(4, 5, 1), data, { steps: 20, patience: 20 });
    const { router, amplitude } = model.params;
    const x = data.test.inputs.subarray(0, 4);
    const expected = Array.from(amplitude.data).reduce((sum, a, i) => {
      const row = router.data.subarray(4 * i, 4 * i + 4);
      return sum + a * Math.tanh(row.reduce((z, v, j) => z + v * (x[j] ?? 0), 0));
    }, 0);
    expect(forward(model, x, 1)[0]).toBeCloseTo(expected, 12);
    const lengths = [0, 1, 2, 3, 4].map((i) => Math.hypot(...router.data.slice(4 * i, 4 * i + 4)));
    expect(Math.max(...lengths)).toBeGreaterThan(1.2);
    expect(neuronsOfSize(model)).toBeGreaterThan(0);
  });
});
