import { dump } from 'npyjs';
import { describe, expect, it } from 'vitest';
import { decodeInputs, readInputs } from './data-file.ts';

const text = (value: string) => Buffer.from(value);
const two = { inputs: Float64Array.of(1, 2, 3, 4), size: 2 };
const npy = (values: number[], shape: number[]) =>
  new Uint8Array(dump(Float64Array.from(values), shape));

describe('inputs in a file', () => {
  it('may be a table with or without names, an array of NumPy or JSON: the same points', () => {
    for (const table of [
      '1,2\n3,4\n',
      'a,b\r\n1,2\r\n\r\n3,4',
      '1;2\n3;4',
      'a\tb\n 1\t2\n3\t 4',
      '[[1,2],[3,4]]',
      '{"x":[[1,2],[3,4]]}',
    ]) {
      expect(decodeInputs(text(table), 'f', 2), table).toEqual(two);
    }
    expect(decodeInputs(npy([1, 2, 3, 4], [2, 2]), 'f', 2)).toEqual(two);
  });

  it('are the columns that are asked for, by name or by number, in that order', () => {
    const table = text('id,a,b\n7,1,2\n8,3,4\n');
    expect(decodeInputs(table, 'f', 2, ['a', 'b'])).toEqual(two);
    expect(decodeInputs(table, 'f', 2, ['b', 'a']).inputs).toEqual(Float64Array.of(2, 1, 4, 3));
    expect(decodeInputs(text('7,1,2\n8,3,4\n'), 'f', 2, ['2', '3'])).toEqual(two);
  });

  it.each<[string, Uint8Array, string[] | undefined, string]>([
    [
      'a column too many',
      text('a,b,c\n1,2,3\n'),
      undefined,
      'ShapeError: data: must have the 2 columns that are the inputs of the model (got ["a", "b", "c"]). Give a table with 2 columns, or choose them: --columns a,b.',
    ],
    ['a column too few', text('1\n2\n'), undefined, 'ShapeError: data: must have the 2 columns'],
    [
      'an unknown column',
      text('a,b\n1,2\n'),
      ['a', 'c'],
      'UnknownNameError: columns: is no column (got "c"). Use names of a, b.',
    ],
    [
      'a name that is there twice',
      text('a,a\n1,2\n'),
      ['a', 'a'],
      'UnknownNameError: columns: is the name of several columns (got "a")',
    ],
    [
      'an index without a name',
      text(',a\n0,1\n1,2\n'),
      undefined,
      'FormatError: data: has a column without a name in its first line (got "f"). Name column 1; or, if it numbers the rows',
    ],
    [
      'one of two columns',
      text('a,b\n1,2\n'),
      ['a'],
      'ShapeError: columns: must have the 2 columns that are the inputs of the model (got ["a"])',
    ],
    [
      'a text',
      text('a,b\n1,2\n3,red\n'),
      undefined,
      'ValueError: data, line 3, column b: must be a finite number (got "red"). Leave the row out, or fill it in.',
    ],
    [
      'an empty cell',
      text('a,b\n1,\n'),
      undefined,
      'ValueError: data, line 2, column b: must be a finite number (got "")',
    ],
    [
      'a first row with a missing value',
      text('nan,2\n3,4\n'),
      undefined,
      'ValueError: data, line 1, column 1: must be a finite number (got "nan")',
    ],
    [
      'an infinite number',
      text('1,2\n3,Infinity\n'),
      undefined,
      'ValueError: data, line 2, column 2: must be a finite number (got "Infinity")',
    ],
    ['names alone', text('a,b\n'), undefined, 'ShapeError: data: has no rows of numbers'],
    ['nothing', text(''), undefined, 'ShapeError: data: has no rows of numbers'],
    [
      'a line cut short',
      text('a,b\n1,2\n3\n'),
      undefined,
      'FormatError: data: is no table (got "f"). Write as many cells in every line as in the first',
    ],
    [
      'an array of another shape',
      npy([1, 2, 3], [1, 3]),
      undefined,
      'ShapeError: data: must have shape [rows, 2], the inputs of the model (got [1, 3]). Write one row for each point.',
    ],
    [
      'an array with NaN',
      npy([1, 2, 3, Number.NaN], [2, 2]),
      undefined,
      'ValueError: data[1, 1]: must be a finite number (got NaN)',
    ],
    [
      'an array and columns',
      npy([1, 2], [1, 2]),
      ['a'],
      'ShapeError: columns: are those of a table, and this is an array (got "a"). Leave them out, and give an array of 2 columns.',
    ],
    [
      'two arrays',
      text('{"x":[[1,2]],"y":[1]}'),
      undefined,
      'FormatError: f: must hold one array, the inputs (got ["x", "y"]). Write the inputs into a file of their own.',
    ],
  ])('with %s are refused', (_, bytes, columns, sentence) => {
    expect(() => decodeInputs(bytes, 'f', 2, columns)).toThrow(
      expect.toSatisfy(({ name, message }: Error) => `${name}: ${message}`.startsWith(sentence)),
    );
  });

  it('that cannot be read are refused', async () => {
    await expect(readInputs('none.csv', 2)).rejects.toThrow(
      /^data: cannot be read \(got "none\.csv"\)\. Check the path \(ENOENT/,
    );
  });
});
