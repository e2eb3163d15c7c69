import { readFile } from 'node:fs/promises';
import { arraysOfJson, decodeNpy, decodeNpz, isNpy, isNpz } from '@softmoe/lab/files';
import {
  FormatError,
  type NDArray,
  ShapeError,
  UnknownNameError,
  ValueError,
} from '@softmoe/model';
import { decodeText, parseStrictJson } from '@softmoe/model/checks';
import { parse } from 'csv-parse/sync';
import { RunFolderError } from './run-files.ts';

/** Points to predict at: `inputs` [size, d], row-major. */
export interface InputFile {
  readonly inputs: Float64Array;
  readonly size: number;
}

/**
 * The inputs in a file: a table with commas, semicolons or tabs between columns, with or without a line of names; an .npy or .npz of
 * one array [size, d]; or rows in JSON. Of a table `columns` are taken, by name or by number from 1, else all. Throws {@link ShapeError}
 * unless there are `inputDim` of them, {@link ValueError} about a cell that is no finite number, {@link UnknownNameError} about a
 * column that is not there, and {@link FormatError} for what is damaged.
 */
export async function readInputs(
  file: string,
  inputDim: number,
  columns?: readonly string[],
): Promise<InputFile> {
  return decodeInputs(await readData(file), file, inputDim, columns);
}

/** The bytes of a file of data. Throws {@link RunFolderError} where it cannot be read. */
export async function readData(file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause: Error) => {
    const remedy = `Check the path (${cause.message}).`;
    throw new RunFolderError('cannot be read', { field: 'data', value: file, remedy }, { cause });
  });
}

/** {@link readInputs} of the bytes of a file. */
export function decodeInputs(
  bytes: Uint8Array,
  file: string,
  inputDim: number,
  columns?: readonly string[],
): InputFile {
  const array = arrayIn(bytes, file);
  if (!array) return tableIn(decodeText(bytes, file), file, inputDim, columns);
  if (columns) {
    throw new ShapeError('are those of a table, and this is an array', {
      field: 'columns',
      value: columns.join(','),
      remedy: `Leave them out, and give an array of ${inputDim} columns.`,
    });
  }
  const { shape, data } = array;
  if (shape.length !== 2 || shape[1] !== inputDim || shape[0] === 0) {
    throw new ShapeError(`must have shape [rows, ${inputDim}], the inputs of the model`, {
      field: 'data',
      value: shape,
      remedy: 'Write one row for each point.',
    });
  }
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return { inputs: data, size: shape[0] ?? 0 };
  const place = `data[${Math.floor(at / inputDim)}, ${at % inputDim}]`;
  throw notFinite(place, data[at]);
}

function notFinite(field: string, value: unknown): ValueError {
  const remedy = 'Leave the row out, or fill it in.';
  return new ValueError('must be a finite number', { field, value, remedy });
}

/** The one array of a file that is none of text tables. */
function arrayIn(bytes: Uint8Array, file: string): NDArray | undefined {
  if (isNpy(bytes)) return decodeNpy(bytes, file);
  if (isNpz(bytes)) return onlyOf(decodeNpz(bytes, file), file);
  const text = /^\s*[[{]/.exec(String.fromCharCode(...bytes.subarray(0, 64)));
  if (!text) return undefined;
  const value = parseStrictJson(decodeText(bytes, file), file);
  return onlyOf(arraysOfJson(Array.isArray(value) ? { data: value } : Object(value), file), file);
}

function onlyOf(arrays: Readonly<Record<string, NDArray>>, file: string): NDArray {
  const [array, ...others] = Object.values(arrays);
  if (array && others.length === 0) return array;
  throw new FormatError('must hold one array, the inputs', {
    field: file,
    value: Object.keys(arrays),
    remedy: 'Write the inputs into a file of their own.',
  });
}

/** A line of a table, and where it stands in the file, from 1 on. */
interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function tableIn(
  text: string,
  file: string,
  inputDim: number,
  columns: readonly string[] | undefined,
): InputFile {
  const { names, rows } = tableOf(text, file);
  const chosen = columns?.map((name) => indexOf(name, names)) ?? [...names.keys()];
  if (chosen.length !== inputDim || rows.length === 0) {
    const problem =
      rows.length === 0
        ? 'has no rows of numbers'
        : `must have the ${inputDim} columns that are the inputs of the model`;
    const value = columns ? columns : names;
    const remedy = `Give a table with ${inputDim} columns, or choose them: --columns ${'a,b,c'.slice(0, 2 * inputDim - 1)}.`;
    throw new ShapeError(problem, { field: columns ? 'columns' : 'data', value, remedy });
  }
  const inputs = new Float64Array(rows.length * inputDim);
  let at = 0;
  for (const { record, info } of rows) {
    for (const column of chosen) {
      const value = numberOf(record[column]);
      if (!Number.isFinite(value)) {
        throw notFinite(`data, line ${info.lines}, column ${names[column]}`, record[column]);
      }
      inputs[at++] = value;
    }
  }
  return { inputs, size: rows.length };
}

/** A table as text: names of its columns, or their numbers from 1 where it has no line of names, and its rows. */
export interface TextTable {
  readonly names: readonly string[];
  readonly rows: readonly Line[];
}

/**
 * The table with commas, semicolons or tabs in a text. Throws {@link FormatError} for lines of different lengths and for a line of names
 * with an empty one, as that of an index is.
 */
export function tableOf(text: string, file: string): TextTable {
  const lines = linesOf(text, file);
  const first = lines[0]?.record ?? [];
  const named = first.filter((cell) => cell !== '');
  if (named.length === 0 || !named.every(isName)) {
    return { names: first.map((_, i) => `${i + 1}`), rows: lines };
  }
  if (named.length < first.length) {
    throw new FormatError('has a column without a name in its first line', {
      field: 'data',
      value: file,
      remedy: `Name column ${first.indexOf('') + 1}; or, if it numbers the rows, write the table without it (pandas: index=False; R: row.names = FALSE).`,
    });
  }
  return { names: first, rows: lines.slice(1) };
}

function linesOf(text: string, file: string): Line[] {
  const [first = ''] = text.split(/\r?\n/, 1);
  const unquoted = first.replaceAll(/"[^"]*"/g, '');
  const delimiter = [';', '\t'].find((mark) => unquoted.includes(mark)) ?? ',';
  try {
    return parse(text, {
      delimiter,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Line[];
  } catch (cause) {
    const remedy = `Write as many cells in every line as in the first (${(cause as Error).message}).`;
    throw new FormatError('is no table', { field: 'data', value: file, remedy }, { cause });
  }
}

/** The number that a cell writes; NaN for an empty one or a text. */
export function numberOf(cell: string | undefined): number {
  return cell === undefined || cell === '' ? Number.NaN : Number(cell);
}

/** Whether a cell of the first line can be the name of a column: no number, and nothing that stands for one that is missing. */
export function isName(cell: string): boolean {
  return Number.isNaN(numberOf(cell)) && !/^(|[+-]?nan|na|null|none)$/i.test(cell);
}

function indexOf(name: string, names: readonly string[]): number {
  const found = names.indexOf(name);
  if (found < 0 || names.includes(name, found + 1)) throw noColumn(name, names, 'columns');
  return found;
}

/** That none of `names` is that of the column wanted, or several are. */
export function noColumn(name: string, names: readonly string[], field: string): UnknownNameError {
  const twice = names.includes(name);
  return new UnknownNameError(twice ? 'is the name of several columns' : 'is no column', {
    field,
    value: name,
    remedy: twice
      ? 'Give each column of the file a name of its own.'
      : `Use names of ${names.join(', ')}.`,
  });
}
