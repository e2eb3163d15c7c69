import { expect, it } from 'vitest';
import { gateOf } from './gate.ts';

it('probit agrees with the normal distribution function', () => {
  const { value } = gateOf('probit');
  expect(value(1)).toBeCloseTo(0.8413447460685429, 15);
});
