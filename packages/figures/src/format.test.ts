import { expect, it } from 'vitest';
import { fixed, listed, plural, powerOfTen, readable, signed } from './format.ts';

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

it('counts and lists', () => {
  expect([plural(1, 'unit'), plural(2, 'unit')]).toEqual(['1 unit', '2 units']);
  expect([listed([]), listed([1]), listed([1, 2]), listed([1, 2, 3])]).toEqual([
    '',
    '1',
    '1 and 2',
    '1, 2 and 3',
  ]);
});
