import { describe, expect, it } from 'vitest';
import { expectError } from '../../test/expect-error.ts';
import {
  requireFinite,
  requireFunction,
  requireInteger,
  requireKeys,
  requireObject,
} from './require.ts';

describe('requireInteger', () => {
  it('lets whole numbers of the range pass', () => {
    requireInteger('n', 0, 0);
    requireInteger('n', Number.MAX_SAFE_INTEGER, 0);
    requireInteger('n', 3, 3, 3);
  });

  it.each([-1, 0.5, NaN, Infinity, 2 ** 53, '3', null, undefined])('refuses %o', (value) => {
    const action = () => requireInteger('n', untyped(value), 0);
    expectError(action, 'ValueError', 'n', value, /^Use a whole number (at least|between) 0/);
  });

  it.each([
    [0, 1, 15, 'n: must be between 1 and 15 (got 0). Use a whole number between 1 and 15.'],
    [30, 1, 15, 'n: must be between 1 and 15 (got 30). Use a whole number between 1 and 15.'],
    [0, 1, undefined, 'n: must be at least 1 (got 0). Use a whole number at least 1.'],
    [1.5, 1, undefined, 'n: must be a whole number (got 1.5). Use a whole number at least 1.'],
    [
      Infinity,
      1,
      6,
      'n: must be a whole number (got Infinity). Use a whole number between 1 and 6.',
    ],
    [2 ** 53, 0, undefined, /must be between 0 and 9007199254740991 \(got 9007199254740992\)/],
  ])('says what is wrong with %d in [%d, %d]', (value, min, max, message) => {
    expect(() => requireInteger('n', value, min, max)).toThrow(message);
  });
});

describe('requireFinite', () => {
  it('lets finite numbers of the range pass', () => {
    requireFinite('x', -1e308);
    requireFinite('x', 1, 0, 1);
  });

  it.each([NaN, Infinity, -Infinity, -0.1, 1.1, '0.5'])('refuses %o', (value) => {
    const action = () => requireFinite('x', untyped(value), 0, 1);
    expectError(action, 'ValueError', 'x', value, /between 0 and 1/);
  });

  it.each([
    [2, 0, 1, 'x: must be between 0 and 1 (got 2). Use a number between 0 and 1.'],
    [0, Number.MIN_VALUE, Infinity, 'x: must be above 0 (got 0). Use a number above 0.'],
    [0, Number.MIN_VALUE, 5, 'x: must be above 0 and at most 5 (got 0).'],
    [1, 0, 1 - Number.EPSILON, 'x: must be at least 0 and below 1 (got 1).'],
    [7, -Infinity, 5, 'x: must be at most 5 (got 7). Use a number at most 5.'],
    [NaN, 0, Infinity, 'x: must be a finite number (got NaN). Use a number at least 0.'],
    [NaN, -Infinity, Infinity, 'x: must be a finite number (got NaN). Use a finite number.'],
  ])('says what is wrong with %d in [%d, %d]', (value, min, max, message) => {
    expect(() => requireFinite('x', value, min, max)).toThrow(message);
  });
});

describe('requireKeys', () => {
  it('lets objects of known keys pass, none of which is required', () => {
    requireKeys('options', {}, ['seed']);
    requireKeys('options', { seed: undefined }, ['seed', 'size']);
    requireObject('options', { anything: 1 }, ['seed']);
  });

  it.each([undefined, null, 3, 'text', () => 0])('refuses %o', (value) => {
    for (const check of [requireKeys, requireObject]) {
      const action = () => check('options', untyped(value), ['seed', 'size']);
      expectError(action, 'ValueError', 'options', value, /object with seed, size\./);
    }
  });

  it('refuses a misspelt key by its name', () => {
    const action = () => requireKeys('stop', { steps: 1, step: 2 }, ['steps', 'time']);
    expectError(action, 'UnknownNameError', 'stop.step', 'step', /Use steps, time\./);
  });
});

it('requireFunction lets nothing but functions pass', () => {
  requireFunction('field', () => 0);
  const action = () => requireFunction('field', { call: 1 });
  expectError(action, 'ValueError', 'field', { call: 1 }, /order of the arguments/);
});

/** A value as plain JavaScript can pass it, of whatever type the types ask for. */
function untyped<T>(value: unknown): T {
  return value as T;
}
