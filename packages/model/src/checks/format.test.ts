import { describe, expect, it } from 'vitest';
import { FormatError, SoftmoeError, ValueError } from '../errors.ts';
import { type FileFormat, readFormat, type SchemaIssue, schemaProblem } from './format.ts';

/** Of objects with a number `loss`. */
const format: FileFormat<{ loss: number }> = {
  name: 'softmoe-test',
  version: 3,
  since: 2,
  what: 'thing',
  schema: {
    safeParse(input) {
      const { loss } = Object(input) as { loss?: unknown };
      return typeof loss === 'number'
        ? { success: true, data: { loss } }
        : {
            success: false,
            error: {
              issues: [{ code: 'invalid_type', expected: 'number', path: ['loss'], message: '' }],
            },
          };
    },
  },
};
const from = { file: 'thing.json', remedy: 'Make it anew.' };
const of = (version: unknown, loss: unknown = 1) => ({
  format: { name: 'softmoe-test', version },
  loss,
});

describe('readFormat', () => {
  it('reads all versions from the oldest on, as none is version 1', () => {
    expect(readFormat(of(2), format, from)).toEqual({ loss: 1 });
    expect(readFormat(of(3), format, from)).toEqual({ loss: 1 });
    expect(readFormat({ loss: 1 }, { ...format, since: 1 }, from)).toEqual({ loss: 1 });
  });

  it.each([
    [
      { loss: 1 },
      'format.version',
      1,
      /versions 2 to 3, in thing\.json \(got 1\)\. Make it anew\.$/,
    ],
    [of(1), 'format.version', 1, /versions 2 to 3/],
    [
      of(4),
      'format.version',
      4,
      /\(got 4\)\. Read it with the version of softmoe that wrote it\. Make/,
    ],
    [of('3'), 'format.version', '3', /\(got "3"\)\. Make it anew\.$/],
    [{ format: null }, 'format.version', undefined, /thing\.json/],
    [
      { format: { name: 'other', version: 3 } },
      'format.name',
      'other',
      /must be softmoe-test in thing/,
    ],
    [of(3, 'low'), 'loss', 'low', /expected number, received string, in thing\.json/],
    [null, 'format.version', 1, /thing\.json/],
  ])('refuses %j by its file, field and value', (json, field, value, message) => {
    const error = caught(() => readFormat(json, format, from));
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ field: `thing.${field}`, value });
    expect(error.message).toMatch(message);
  });

  it('throws the error asked for', () => {
    const error = caught(() => readFormat({}, format, { ...from, error: ValueError }));
    expect(error).toBeInstanceOf(ValueError);
  });
});

describe('schemaProblem', () => {
  const input = { a: [1, 'x', null, [], Number.NaN], b: {} };
  it.each<[SchemaIssue, string, string, unknown]>([
    [
      { code: 'invalid_type', expected: 'number', path: ['a', 1], message: '' },
      'expected number, received string',
      'a.1',
      'x',
    ],
    [
      { code: 'invalid_type', expected: 'int', path: ['a', 2], message: '' },
      'expected int, received null',
      'a.2',
      null,
    ],
    [
      { code: 'invalid_type', expected: 'int', path: ['a', 4], message: '' },
      'expected int, received NaN',
      'a.4',
      Number.NaN,
    ],
    [
      { code: 'invalid_type', expected: 'object', path: ['a', 3], message: '' },
      'expected object, received array',
      'a.3',
      [],
    ],
    [
      {
        code: 'too_small',
        origin: 'number',
        minimum: 2,
        inclusive: true,
        path: ['a', 0],
        message: '',
      },
      'expected number to be >=2',
      'a.0',
      1,
    ],
    [
      {
        code: 'too_big',
        origin: 'number',
        maximum: 1,
        inclusive: false,
        path: ['a', 0],
        message: '',
      },
      'expected number to be <1',
      'a.0',
      1,
    ],
    [
      {
        code: 'too_small',
        origin: 'array',
        minimum: 1,
        inclusive: true,
        path: ['a', 3],
        message: '',
      },
      'expected array to have >=1 items',
      'a.3',
      [],
    ],
    [
      { code: 'invalid_value', values: ['y'], path: ['a', 1], message: '' },
      'expected "y"',
      'a.1',
      'x',
    ],
    [{ code: 'custom', path: ['b', 'c', 'd'], message: 'no' }, 'no', 'b.c.d', undefined],
    [
      { code: 'unrecognized_keys', keys: ['c', 'd'], path: ['b'], message: '' },
      'is not a field here',
      'b.c',
      undefined,
    ],
  ])('words %j', (issue, problem, path, value) => {
    const found = schemaProblem([issue], input);
    expect(found).toEqual({ problem, path: path.split('.'), value });
  });
});

function caught(f: () => unknown): SoftmoeError {
  try {
    f();
  } catch (error) {
    if (error instanceof SoftmoeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
