import { createReferenceBackend } from '@softmoe/backend';
import { SizeError } from '@softmoe/lab';
import { gateOf } from '@softmoe/model/checks';
import { gateMoments } from '@softmoe/population';
import { type ExperimentServices, referenceServices } from '@softmoe/runs';
import type { TaskContext } from '@softmoe/tasks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { measure } from '../../fixtures/measure.ts';
import { claimKinds } from '../worker.ts';
import { alignmentTimes } from './alignment-times.ts';
import { descentTail } from './descent-tail.ts';
import { frozenExperts, placedExperts } from './guidance.ts';
import { isRecovered, learning } from './learning.ts';
import { pruningBaselines } from './pruning-baselines.ts';

const context: TaskContext<ExperimentServices> = {
  signal: new AbortController().signal,
  services: { openBackend: async () => createReferenceBackend() },
};
const scene = { inputDim: 24, teachers: 2, students: 8, gate: 'sigmoid', seed: 1 } as const;
const config = { inputDim: 24, teachers: 2, students: 8, seed: 1 };

describe('alignment times', () => {
  it('are those of the leading-order law: 4/3 of the inverse initial overlap, minus a constant', async () => {
    const input = { ...scene, inputDim: 4096, until: 'experts', time: 1500 } as const;
    const { experts, initial } = await alignmentTimes(input, context);
    for (const [j, found] of experts.entries()) {
      const overlap = initial[found!.unit]![j]!;
      // ∫ dω / (¾ω²(1 − ω²)) from the overlap to ½ is 4/3·(1/ω − 2 + artanh ½ − artanh ω).
      const predicted = (4 / 3) * (1 / overlap - 2 + Math.atanh(0.5) - Math.atanh(overlap));
      expect(found!.time / predicted).toBeGreaterThan(0.97);
      expect(found!.time / predicted).toBeLessThan(1.03);
    }
  });

  it('of whole units follow those of their experts, and the run ends with the last', async () => {
    const found = await alignmentTimes({ ...scene, until: 'pairs', time: 300 }, context);
    for (const [j, pair] of found.pairs.entries()) {
      expect(pair!.router).toBeGreaterThan(pair!.expert);
      expect(pair!.expert).toBeGreaterThanOrEqual(found.experts[j]!.time);
      expect(pair!.routerAtExpert).toBeLessThan(0.5);
    }
    const last = Math.max(...found.pairs.map((pair) => pair!.router));
    expect(found.time).toBeGreaterThanOrEqual(last);
    expect(found.time).toBeLessThan(last + 1.5);
  });

  it('are null where the time is too short', async () => {
    const found = await alignmentTimes({ ...scene, until: 'experts', time: 0.5 }, context);
    expect(found).toMatchObject({ experts: [null, null], pairs: [null, null], time: 0.5 });
  });

  it('are found behind odd gates too, whose units may turn round', async () => {
    const input = { ...scene, gate: 'tanh', until: 'pairs', time: 400 } as const;
    const { pairs } = await alignmentTimes(input, context);
    expect(pairs.every((pair) => pair !== null)).toBe(true);
  });
});

describe('guidance', () => {
  it('routers do not move while experts are frozen far from the teacher', async () => {
    const found = await frozenExperts({ ...scene, inputDim: 512, seed: 3, time: 300 }, context);
    expect(found.joint).not.toBeNull();
    expect(found.time).toBeCloseTo(3 * found.joint!, 9);
    expect(found.largest - found.start).toBeLessThan(0.01);
  });

  it('routers start at the speed c₁² once experts stand at the teacher’s', async () => {
    const input = { ...scene, inputDim: 4096, students: 2, window: 1, time: 60 };
    const { speed, aligned } = await placedExperts(input, context);
    const predicted = gateMoments(gateOf('sigmoid')).normalised[1]! ** 2;
    for (const value of speed) expect(Math.abs(value / predicted - 1)).toBeLessThan(0.01);
    expect(aligned.every((time) => time !== null && time > 5 && time < 25)).toBe(true);
  });
});

describe('learning', () => {
  it('tells where it ended, and stops early when asked', async () => {
    const long = await learning({ config, stopWhenRecovered: false }, context);
    const short = await learning({ config, stopWhenRecovered: true }, context);
    expect(long.time).toBe(150);
    expect(short.time).toBeLessThan(150);
    expect([isRecovered(long), isRecovered(short)]).toEqual([true, true]);
    expect(long.loss.end).toBeLessThan(short.loss.end);
    expect(short.loss.end).toBeLessThan(short.loss.start);
  });

  it('of samples opens a backend', async () => {
    const sampled = { ...config, engine: 'subspace', train: { time: 1, batchSize: 64 } } as const;
    const found = await learning({ config: sampled, stopWhenRecovered: false }, context);
    expect(found).toMatchObject({ steps: 10, time: expect.closeTo(1, 9) });
  });

  it('has not recovered with one router missing', () => {
    expect(isRecovered({ expert: [1, 1], router: [0.95, 0.89] })).toBe(false);
    expect(isRecovered({ expert: [1, 1], router: [0.95, 0.9] })).toBe(true);
  });
});

it('pruning beats or equals the baselines of its size, which are refitted', async () => {
  const found = await pruningBaselines({ config, subsets: 3 }, context);
  expect(found).toMatchObject({ teachers: 2, size: 2 });
  expect(found.random).toHaveLength(3);
  expect(found.after).toBeLessThanOrEqual(found.elimination * (1 + 1e-9));
  expect(found.elimination).toBeLessThanOrEqual(found.largestAmplitudes * (1 + 1e-9));
  for (const loss of found.random) {
    expect(loss).toBeGreaterThanOrEqual(found.elimination);
    expect(loss).toBeLessThanOrEqual(found.nullLoss);
  }
});

it('descent goes down fast when pruned and ends before rounding, slowly when not', async () => {
  const found = await descentTail({ config, steps: 400 }, context);
  const end = ({ points }: { points: readonly { step: number; loss: number }[] }) => points.at(-1)!;
  expect(end(found.pruned).loss).toBeLessThan(1e-3 * found.pruned.points[0]!.loss);
  expect(end(found.overparameterised)).toMatchObject({ step: 400 });
  expect(end(found.overparameterised).loss).toBeGreaterThan(end(found.pruned).loss);
  expect(found.overparameterised.units).toBe(8);
  expect(found.pruned.units).toBe(2);
  const losses = found.overparameterised.points.map(({ loss }) => loss);
  expect(losses).toEqual([...losses].sort((a, b) => b - a));
});

describe('measurements that run an experiment', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ['learning', () => learning({ config, stopWhenRecovered: true }, context)],
    ['pruning baselines', () => pruningBaselines({ config, subsets: 1 }, context)],
    ['descent tail', () => descentTail({ config, steps: 1 }, context)],
  ])(
    '%s is refused on a machine that is too small, before anything is allocated',
    async (_name, measured) => {
      vi.spyOn(process, 'constrainedMemory').mockReturnValue(1e8);
      await expect(measured()).rejects.toThrow(SizeError);
    },
  );
});

it('every measurement is plain JSON, stops at its signal and repeats itself', async () => {
  const inputs: Record<string, unknown> = {
    'claim/learning': { config, stopWhenRecovered: true },
    'claim/alignment-times': { ...scene, until: 'experts', time: 100 },
    'claim/frozen-experts': { ...scene, time: 10 },
    'claim/placed-experts': { ...scene, students: 2, window: 1, time: 5 },
    'claim/pruning-baselines': { config, subsets: 2 },
    'claim/descent-tail': { config, steps: 20 },
    'claim/separate': { ...scene, time: 5 },
    'claim/landscapes': { config: { ...config, students: 3, train: { time: 4, recordEvery: 2 } } },
  };
  const kinds = claimKinds(referenceServices);
  expect(Object.keys(kinds).sort()).toEqual(Object.keys(inputs).sort());
  const aborted = { ...context, signal: AbortSignal.abort() };
  for (const [kind, input] of Object.entries(inputs)) {
    const output = await measure(kinds[kind]!, input, context);
    expect(JSON.parse(JSON.stringify(output))).toEqual(output);
    expect(await measure(kinds[kind]!, input, context)).toEqual(output);
    await expect(measure(kinds[kind]!, input, aborted)).rejects.toThrow();
  }
});
