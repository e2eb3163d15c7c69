import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FormatError,
  ShapeError,
  SoftmoeError,
  UnknownNameError,
  UnsupportedError,
  ValueError,
} from './errors.ts';

const message = (value: unknown) =>
  new SoftmoeError('is wrong', { field: 'f', value, remedy: 'Mend it.' }).message;

describe('SoftmoeError', () => {
  it.each([FormatError, ShapeError, UnknownNameError, UnsupportedError, ValueError])(
    '%o carries problem, field, value, remedy and its own name',
    (Class) => {
      const cause = new Error('why');
      const error = new Class(
        'is wrong',
        { field: 'a.b', value: 3, remedy: 'Mend it.' },
        { cause },
      );
      expect(error).toBeInstanceOf(SoftmoeError);
      expect(error).toMatchObject({
        problem: 'is wrong',
        field: 'a.b',
        value: 3,
        remedy: 'Mend it.',
        summary: 'a.b: is wrong (got 3).',
        cause,
      });
      expect(error.name).toBe(Class.name);
      expect(String(error)).toBe(`${Class.name}: a.b: is wrong (got 3). Mend it.`);
    },
  );

  it.each<[unknown, string]>([
    ['text', '"text"'],
    ['x'.repeat(200), `"${'x'.repeat(77)}..."`],
    [-0, '-0'],
    [NaN, 'NaN'],
    [12n, '12'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, 'a', null], '[1, "a", null]'],
    [Float32Array.of(1, 2), '[1, 2]'],
    [new DataView(new ArrayBuffer(2)), '{}'],
    [{ kind: 'relu', n: [1] }, '{kind: "relu", n: [1]}'],
    [[[[[1]]]], '[[[…]]]'],
    [{ toString: 1, valueOf: 1 }, '{toString: 1, valueOf: 1}'],
  ])('describes %o as %s', (value, text) => {
    expect(message(value)).toBe(`f: is wrong (got ${text}). Mend it.`);
  });

  it('never holds all of a name that is too long, nor its control characters', () => {
    const long = 'x'.repeat(20_000_000);
    const error = new SoftmoeError(`is ${long}`, { field: long, value: long, remedy: long });
    expect(error.message.length).toBeLessThan(3000);
    expect(error.summary.length).toBeLessThan(1000);
    for (const text of [error.field, error.problem, error.remedy]) {
      expect(text.length).toBeLessThan(2001);
    }
    const { message: shown } = new SoftmoeError('is wrong', {
      field: 'a\u001b[2Jb\nc',
      value: 1,
      remedy: 'Mend it.',
    });
    expect(shown).toBe('a\\u001b[2Jb\\u000ac: is wrong (got 1). Mend it.');
  });

  it('describes any value in a line of bounded length', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(message(value).length).toBeLessThan(120);
      }),
    );
  });

  it('describes circular, deep and large values', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(message(circular)).toContain('self');
    let deep: unknown = 0;
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(message(deep)).toContain('[[[…]]]');
    expect(message(new Float64Array(1e6)).length).toBeLessThan(120);
  });
});
