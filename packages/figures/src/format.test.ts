import { expect, it } from 'vitest';
import { fixed, listed, lossWords, plural, powerOfTen, readable, signed } from './format.ts';

it('writes numbers as one does on paper', () => {
  expect([0, 0.0123, 4.2e-9, -0.5, 123456, Infinity].map((x) => readable(x))).toEqual([
    '0',
    '0.012',
    '4.2·10⁻⁹',
    '−0.5',
    '1.2·10⁵',
    'Infinity',
  ]);
  expect([powerOfTen(0), powerOfTen(-12)]).toEqual(['1', '10⁻¹²']);
  expect([fixed(-1.25, 1), signed(3, 1), signed(-3, 1)]).toEqual(['−1.3', '+3.0', '−3.0']);
});

it('says of a loss that rounding decides that it is zero to rounding, whatever its sign', () => {
  const tiny = '0 to rounding, below 10⁻¹⁵';
  expect([5.6e-17, -5.6e-17, 0, -0].map((loss) => lossWords(loss, 0.7))).toEqual(
    Array(4).fill(tiny),
  );
  expect(lossWords(-5.6e-15, 0.7)).toBe('0 to rounding, below 10⁻¹⁴');
  expect([lossWords(4.2e-9, 0.7), lossWords(0.44)]).toEqual(['4.2·10⁻⁹', '0.44']);
});

it('measures the rounding of a loss against its scale', () => {
  expect(lossWords(5.6e-17, 1e-10)).toBe('5.6·10⁻¹⁷');
  expect(lossWords(5.6e-14, 1e5)).toBe('0 to rounding, below 10⁻¹⁰');
});

it('shows a loss further below zero than rounding takes it as it is', () => {
  expect(lossWords(-1e-3, 0.7)).toBe('−0.001');
});

it('counts and lists', () => {
  expect([plural(1, 'unit'), plural(2, 'unit')]).toEqual(['1 unit', '2 units']);
  expect([listed([]), listed([1]), listed([1, 2]), listed([1, 2, 3])]).toEqual([
    '',
    '1',
    '1 and 2',
    '1, 2 and 3',
  ]);
});
