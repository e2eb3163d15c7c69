import { expect, it } from 'vitest';
import { overlap, plural, powerOfTen, readable } from './format.ts';

it('writes numbers as one reads them', () => {
  expect(readable(0)).toBe('0');
  expect(readable(0.0123)).toBe('0.012');
  expect(readable(12345)).toBe('12,000');
  expect(readable(-5.55e-17)).toBe(
    '−5.5·10⁻¹⁷'.replace('5.5', (-5.55e-17).toExponential(1).slice(1, 4)),
  );
  expect(readable(0.044836, 4)).toBe('0.04484');
  expect(powerOfTen(-12)).toBe('10⁻¹²');
  expect(overlap(-0.5)).toBe('−0.50');
  expect(plural(1, 'unit')).toBe('1 unit');
  expect(plural(3, 'unit')).toBe('3 units');
});
