import { expect, it } from 'vitest';
import { atLeast, atMost, combined, within } from './finding.ts';

const interval = (low: number, high: number) => ({ value: (low + high) / 2, low, high });

it('a criterion is judged by the whole interval', () => {
  expect(atLeast(interval(0.8, 1), 0.8)).toBe('holds');
  expect(atLeast(interval(0.7, 1), 0.8)).toBe('undecided');
  expect(atLeast(interval(0.5, 0.79), 0.8)).toBe('fails');
  expect(atMost(interval(0, 0.8), 0.8)).toBe('holds');
  expect(atMost(interval(0, 0.9), 0.8)).toBe('undecided');
  expect(atMost(interval(0.81, 1), 0.8)).toBe('fails');
  expect(within(interval(0.9, 1.1), 0.8, 1.2)).toBe('holds');
  expect(within(interval(0.9, 1.3), 0.8, 1.2)).toBe('undecided');
  expect(within(interval(1.3, 1.4), 0.8, 1.2)).toBe('fails');
});

it('a criterion is undecided by an interval that says nothing', () => {
  const nothing = { value: Number.NaN, low: -Infinity, high: Infinity };
  expect([atLeast(nothing, 0.8), atMost(nothing, 0.8), within(nothing, 0, 1)]).toEqual(
    new Array(3).fill('undecided'),
  );
});

it('criteria are combined: one that fails is enough, and all have to hold', () => {
  const of = (...verdicts: ('holds' | 'fails' | 'undecided')[]) =>
    combined(verdicts.map((verdict) => ({ verdict })));
  expect(of('holds', 'holds')).toBe('holds');
  expect(of('holds', 'undecided')).toBe('undecided');
  expect(of('holds', 'undecided', 'fails')).toBe('fails');
  expect(of()).toBe('undecided');
});
