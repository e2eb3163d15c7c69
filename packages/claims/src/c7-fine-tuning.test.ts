import { expect, it } from 'vitest';
import { judge } from '../fixtures/claims.ts';
import { fineTuning } from './c7-fine-tuning.ts';

const times = [1000, 2000, 4000, 6000, 8000, 10_000];
const descent = (loss: (t: number) => number) => ({
  units: 2,
  step: 1,
  points: times.map((step) => ({ step, loss: loss(step) })),
});
const power = descent((t) => t ** -2);
const exponential = descent((t) => Math.exp(-0.004 * t));
const made =
  (measured: number, over: unknown, change: object = {}) =>
  (_: unknown, kind: string) =>
    kind === 'experiment'
      ? {
          teachers: 3,
          survivors: 3,
          certificate: { verdict: 'certified' },
          contraction: { predicted: 0.9, measured },
          ...change,
        }
      : {
          teachers: 2,
          nullLoss: 0.7,
          shares: [0.5, 0.6],
          overparameterised: over,
          pruned: exponential,
          ...change,
        };

it('C7 holds for the predicted rate and a power-law tail without pruning', () => {
  const { verdict, numbers } = judge(fineTuning, made(0.9, power));
  expect(verdict).toBe('holds');
  expect(numbers.find(({ label }) => label.startsWith('power q'))!.value).toBeCloseTo(2, 6);
});

it('C7 fails for another rate, or for a tail that is exponential', () => {
  expect(judge(fineTuning, made(0.95, power)).verdict).toBe('fails');
  expect(judge(fineTuning, made(0.9, exponential)).verdict).toBe('fails');
});

it('C7 takes no loss that stays above zero for a law of its fall', () => {
  // A teacher expert is missing: what falls is the excess, and either law fits the rest as badly.
  const flat = descent((t) => 0.3 + t ** -2);
  expect(judge(fineTuning, made(0.9, flat)).verdict).toBe('fails');
  const pruned = descent((t) => 0.3 + Math.exp(-0.004 * t));
  expect(judge(fineTuning, made(0.9, power, { pruned })).verdict).toBe('fails');
});

it('C7 takes rates only from runs that pruned to k and converged', () => {
  const found = judge(fineTuning, made(0.95, power, { survivors: 4 }));
  expect(found.verdict).toBe('undecided');
  expect(found.sentences.join(' ')).toMatch(/0 of 16 runs pruned/);
});

it('C7 asks for a power law only of students that share a teacher expert', () => {
  const tail = (share: number) =>
    judge(fineTuning, made(0.9, exponential, { shares: [share, 1] })).criteria.map(
      ({ verdict }) => verdict,
    )[3];
  expect(tail(0.5)).toBe('fails');
  expect(tail(0.95)).toBe('undecided');
});

it('C7 compares both students at equal steps', () => {
  const ratio = (over: typeof power) =>
    judge(fineTuning, made(0.9, over)).numbers.find(({ label }) => /equal steps/.test(label))!
      .value;
  expect(ratio(power)).toBeCloseTo(10_000 ** -2 / Math.exp(-40), 3);
  const short = { ...power, points: power.points.slice(0, 3) };
  expect(ratio(short)).toBeCloseTo(4000 ** -2 / Math.exp(-16), 9);
});
