import { expect, it } from 'vitest';
import { overlap, time } from './format.ts';

it('writes numbers as one reads them', () => {
  expect(overlap(-0.5)).toBe('−0.50');
  expect(time(12.34)).toBe('12.3');
});
