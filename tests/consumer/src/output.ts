import { expect } from 'vitest';

/**
 * The words alike, the numbers to nine digits: versions of Node differ in the last bits of exponentials. `tolerance` is
 * relative above 1 and absolute below.
 */
export function expectSameOutput(output: string, printed: string, tolerance = 1e-9): void {
  const number = /-?\d+(\.\d+)?(e[+-]?\d+)?/g;
  expect(output.replaceAll(number, '#')).toBe(printed.replaceAll(number, '#'));
  const numbersOf = (text: string) => [...text.matchAll(number)].map(([found]) => Number(found));
  const expected = numbersOf(printed);
  for (const [i, found] of numbersOf(output).entries()) {
    const target = expected[i] ?? Number.NaN;
    expect(Math.abs(found - target)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(target)));
  }
}
