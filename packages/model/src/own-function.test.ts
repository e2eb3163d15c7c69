import { describe, expect, it } from 'vitest';
import { arctan, hinge } from '../fixtures/own-parts.ts';
import { expertOf, gateOf } from './checks/index.ts';
import { ValueError } from './errors.ts';
import type { Gate } from './function.ts';

describe('a gate of one’s own', () => {
  it('is taken as it is', () => {
    expect(gateOf(arctan)).toBe(arctan);
    expect(gateOf(hinge)).toBe(hinge);
    const steep = { value: (z: number) => Math.tanh(1e5 * z), name: 'steep' };
    const slope = (z: number) => 1e5 / Math.cosh(1e5 * z) ** 2;
    expect(gateOf({ ...arctan, ...steep, derivative: slope }).name).toBe('steep');
  });

  it.each([
    ['name', { name: undefined }, 'must be a text'],
    ['name', { name: ' ' }, 'must be a text'],
    ['name', { name: 'sigmoid' }, 'is the name of one that is built in'],
    ['value', { value: 3 }, 'must be a function of one number, and arctan has none'],
    [
      'derivative',
      { derivative: undefined },
      'must be a function of one number, and arctan has none',
    ],
    ['parity', { parity: undefined }, 'must be one of odd, even, none'],
    ['value', { value: (z: number) => Math.log(z) }, 'must give a finite number'],
    ['derivative', { derivative: () => NaN }, 'must give a finite number'],
    ['parity', { parity: 'even' }, 'must be so, and f(-0.0173)'],
    ['derivative', { derivative: () => 1 }, 'must be that of value'],
    ['derivative', { derivative: (z: number) => 1.001 / (1 + z * z) }, 'must be that of value'],
    ['evaluate', { evaluate: () => {} }, 'must write the value that value(0.0173) is'],
  ])('is refused by its field %s: %o', (field, change, problem) => {
    const wrong = { ...arctan, ...change } as unknown as Gate;
    for (let again = 0; again < 2; again++) {
      expect(() => gateOf(wrong)).toThrow(ValueError);
      expect(() => gateOf(wrong)).toThrow(expect.objectContaining({ field: `gate.${field}` }));
      expect(() => gateOf(wrong)).toThrow(problem);
    }
  });
});

it('an expert of one’s own is looked at as a gate is, and those that specs describe are not', () => {
  expect(expertOf(arctan)).toBe(arctan);
  const built = expertOf({ kind: 'hermite', degree: 3 });
  expect(expertOf(built)).toBe(built);
  expect(() => expertOf({ ...arctan, name: 'relu' })).toThrow(
    expect.objectContaining({ field: 'expert.name' }),
  );
  expect(() => expertOf({ ...arctan, coefficients: [0, 1] })).toThrow(
    expect.objectContaining({ field: 'expert.coefficients' }),
  );
  expect(() => expertOf({ ...arctan, derivative: () => 1 })).toThrow(
    expect.objectContaining({ field: 'expert.derivative' }),
  );
});
