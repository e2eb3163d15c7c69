import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError, ShapeError, UnknownNameError, ValueError } from '@softmoe/model';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { dump } from 'npyjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readColumns, readTable } from './table-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-table-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

const npy = (numbers: readonly number[], shape: number[]) =>
  Buffer.from(dump(Float64Array.from(numbers), shape));

function npz(arrays: Readonly<Record<string, Buffer>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, content]) => [`${name}.npy`, content]);
  return zipSync(Object.fromEntries(files));
}

it('readTable finds what separates columns outside quotes', async () => {
  const file = await fileOf('quoted.csv', '"temperature; °C","a ""b""",y\n1,2,3\n4,5,6\n');
  const { names, inputs } = await readTable(file, { target: 'y' });
  expect(names).toEqual(['temperature; °C', 'a "b"']);
  expect([...inputs]).toEqual([1, 2, 4, 5]);
});

const csv = 'a,b,y\n1,2,3\n4,5,6\n';
const expected = { names: ['a', 'b'], target: 'y' };

it('readTable reads one table from CSV, Parquet and NumPy alike', async () => {
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: 'a', data: [1, 4], type: 'DOUBLE' },
      { name: 'b', data: [2n, 5n], type: 'INT64' },
      { name: 'y', data: [3, 6], type: 'DOUBLE' },
    ],
  });
  const arrays = { a: npy([1, 4], [2]), b: npy([2, 5], [2]), y: npy([3, 6], [2]) };
  const files = [
    await fileOf('t.csv', csv),
    await fileOf('t.tsv', csv.replaceAll(',', '\t')),
    await fileOf('t.parquet', new Uint8Array(parquet)),
    await fileOf('t.npz', npz(arrays)),
  ];
  for (const file of files) {
    const { inputs, targets, sha256, ...rest } = await readTable(file, { target: 'y' });
    expect(rest).toEqual(expected);
    expect([...inputs]).toEqual([1, 2, 4, 5]);
    expect([...targets]).toEqual([3, 6]);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

it('readTable names the columns of matrices by number, and takes those that are asked for in order', async () => {
  const matrix = await fileOf('m.npy', npy([1, 2, 3, 4, 5, 6], [2, 3]));
  const last = await readTable(matrix, { target: '3' });
  expect(last).toMatchObject({ names: ['1', '2'], target: '3' });
  const pair = await fileOf('p.npz', npz({ X: npy([1, 2, 4, 5], [2, 2]), y: npy([3, 6], [2]) }));
  const { names, inputs } = await readTable(pair, { target: 'y', columns: ['X.2', 'X.1'] });
  expect(names).toEqual(['X.2', 'X.1']);
  expect([...inputs]).toEqual([2, 1, 5, 4]);
  const bare = await readTable(await fileOf('bare.csv', '1,2\n3,4\n'), { target: '1' });
  expect([...bare.inputs]).toEqual([2, 4]);
  const file = await fileOf('again.csv', csv);
  expect(await readColumns(file, ['y', 'a'])).toEqual({
    inputs: Float64Array.from([3, 1, 6, 4]),
    size: 2,
  });
});

it.each<[string, string, readonly string[] | undefined, new (...args: never[]) => Error, RegExp]>([
  [
    'a,y\n1,2\n,3\n',
    'y',
    undefined,
    ValueError,
    /^data, line 3, column a: .*got "".*Leave the row/,
  ],
  ['a,y\n1,2\n4,NaN\n', 'y', undefined, ValueError, /^data, line 3, column y: .*"NaN"/],
  [
    'sex,a,y\nM,1,2\nF,3,4\n',
    'y',
    undefined,
    ValueError,
    /^data, line 2, column sex: is text, and so is the whole column.*--columns a,b,c/,
  ],
  [
    csv,
    'z',
    undefined,
    UnknownNameError,
    /^target: is no column \(got "z"\)\. Use names of a, b, y/,
  ],
  [csv, 'y', ['c'], UnknownNameError, /^columns: is no column \(got "c"\)/],
  [csv, 'y', ['a', 'y'], ShapeError, /^columns: must not have the target.*got "y"/],
  [csv, 'y', ['a', 'b', 'a'], ShapeError, /^columns: must have each column once \(got "a"\)/],
  ['y\n1\n2\n', 'y', undefined, ShapeError, /^data: has no column but the target/],
  ['a,y\n', 'y', undefined, ShapeError, /^data: has no rows/],
  ['a,a,y\n1,2,3\n', 'y', ['a'], UnknownNameError, /several columns/],
  [
    'a,b,a,y\n1,2,3,4\n',
    'y',
    undefined,
    UnknownNameError,
    /^columns: is the name of several columns \(got "a"\)\. Give each column/,
  ],
  [
    ',a,y\n0,1,2\n1,3,4\n',
    'y',
    undefined,
    FormatError,
    /^data: has a column without a name.*Name column 1.*index=False/,
  ],
  ['[[1, 2], [3, 4]]', '1', undefined, FormatError, /^data: is JSON.*as CSV, Parquet/],
  ['a,y\n1,2\n1\n', 'y', undefined, FormatError, /^data: is no table/],
])(
  'readTable refuses a table by the place of what is wrong (%#)',
  async (text, target, columns, kind, message) => {
    const file = await fileOf('wrong.csv', text);
    const call = () => readTable(file, { target, columns });
    await expect(call()).rejects.toThrow(kind);
    await expect(call()).rejects.toThrow(message);
  },
);

it('readTable refuses damaged Parquet, arrays of several lengths and a file that is not there', async () => {
  const parquet = await fileOf('broken.parquet', 'PAR1 and nothing more');
  await expect(readTable(parquet, { target: 'y' })).rejects.toThrow(
    /^data: cannot be read as Parq/,
  );
  const ragged = await fileOf('r.npz', npz({ a: npy([1], [1]), y: npy([3, 6], [2]) }));
  await expect(readTable(ragged, { target: 'y' })).rejects.toThrow(
    /^y in .*must have 1 rows, as a/,
  );
  const deep = await fileOf('d.npz', npz({ a: npy([1], [1, 1, 1]) }));
  await expect(readTable(deep, { target: 'y' })).rejects.toThrow(
    /^a in .*must have shape \[rows\]/,
  );
  await expect(readTable(join(folder, 'no'), { target: 'y' })).rejects.toThrow(/^data: cannot be/);
});
