import { describe, expect, it } from 'vitest';
import { fallWords, removalWords } from './pruning-words.ts';

const quick = [
  { size: 8, loss: 1.81e-4 },
  { size: 7, loss: 1.9e-4 },
  { size: 4, loss: 6.2e-4 },
  { size: 3, loss: 2.06e-3 },
  { size: 2, loss: 0.147 },
  { size: 1, loss: 0.293 },
  { size: 0, loss: 0.44 },
];
const without = quick.filter(({ size }) => size !== 4).concat({ size: 6, loss: 2.2e-4 });

describe('words of removal', () => {
  it('say that it cost little only where it did', () => {
    expect(removalWords(quick, 3)).toBe(
      'Removing 5 units costs little: the loss goes from 1.8·10⁻⁴ to 0.0021, amplitudes refitted; with no unit it is 0.44.',
    );
    expect(removalWords(quick, 2)).toMatch(/^Removing 6 units costs 33 % of what they explain/);
    expect(removalWords(quick, 8)).toBe('All 8 units are kept.');
    expect(removalWords([], 3)).toBe('');
  });
});

describe('words of the fall', () => {
  it('name the cliff where it is, also where pruning did not stop there', () => {
    expect(fallWords(quick, 3)).toBe(
      'One unit fewer would make it 71 times as large: there is the cliff.',
    );
    expect(fallWords(quick, 2)).toBe(
      'One unit fewer would make it 1.99 times as large; the cliff is at 3 units, from where one fewer costs 71 times the loss.',
    );
    expect(fallWords(without, 7)).toMatch(
      /^One unit fewer would make it 1\.16 times as large; the cliff is at 3 units/,
    );
  });

  it('say so where there is none', () => {
    const slope = [4, 3, 2, 1, 0].map((size) => ({ size, loss: 0.5 - 0.05 * size }));
    expect(fallWords(slope, 3)).toMatch(/: the curve has no clear cliff\.$/);
    expect(fallWords([], 3)).toBe('');
  });
});
