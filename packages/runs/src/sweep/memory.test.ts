import { memoryOf, parseConfig } from '@softmoe/lab';
import { expect, it } from 'vitest';
import { requireJobsFit } from './memory.ts';

const small = parseConfig({ inputDim: 64, teachers: 3, students: 15 });
const large = parseConfig({ inputDim: 64, teachers: 3, students: 3000 });

it('as many runs go on at a time as fit the machine together', () => {
  const memory = 2.5 * memoryOf(large);
  requireJobsFit([small, large, large, small], 2, { memory });
  requireJobsFit([small, large, small, small], 3, { memory });
  expect(() => requireJobsFit([large, small, large, large], 3, { memory })).toThrow(
    expect.objectContaining({
      name: 'SweepError',
      field: 'jobs',
      value: 3,
      remedy: 'Use --jobs 2.',
    }),
  );
});

it('a run that is too large by itself is left to fail alone', () => {
  requireJobsFit([large, small, small], 2, { memory: 3 * memoryOf(small) });
});
