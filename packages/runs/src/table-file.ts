import { createHash } from 'node:crypto';
import { decodeNpy, decodeNpz, isNpy, isNpz } from '@softmoe/lab/files';
import { FormatError, ShapeError, ValueError } from '@softmoe/model';
import { decodeText } from '@softmoe/model/checks';
import { isName, noColumn, numberOf, readData, tableOf } from './data-file.ts';

/** A table of numbers from a file: one row a point, the columns that are the inputs, and one that is to be learned. */
export interface TableFile {
  /** [size, names.length], row-major. */
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly names: readonly string[];
  readonly target: string;
  /** Of the file's bytes. */
  readonly sha256: string;
}

/** Which columns of a file are what. */
export interface TableColumns {
  /** The column to be learned, by name, or by number from 1 where columns have no names. */
  readonly target: string;
  /** The inputs, in order; all others unless told. */
  readonly columns?: readonly string[] | undefined;
}

/** A column of a file with its cells as they stand there. */
interface Column {
  readonly name: string;
  readonly cells: ArrayLike<unknown>;
}

/** The columns of a file, and what its rows are called in messages. */
interface Columns {
  readonly columns: readonly Column[];
  readonly placeOf: (row: number) => string;
}

/**
 * The table in a file: CSV with commas, semicolons or tabs and with or without a line of names; Parquet; an .npz of arrays [rows] or
 * [rows, columns] of one length; or an .npy [rows, columns]. Columns of an array of several are called `name.1`, `name.2`, …. Throws
 * `UnknownNameError` about a column that is not there, {@link ValueError} about a cell that is no finite number and a column of
 * text, with its row, {@link ShapeError} for no rows or inputs, and {@link FormatError} for what is damaged.
 */
export async function readTable(file: string, chosen: TableColumns): Promise<TableFile> {
  const bytes = await readData(file);
  const { columns, placeOf } = await columnsIn(bytes, file);
  const { target } = chosen;
  const wanted = find(target, columns, 'target');
  const others = columns.map(({ name }) => name).filter((name) => name !== target);
  const names = chosen.columns ?? others;
  const inputs = names.map((name) => find(name, columns, 'columns'));
  requireInputs(names, wanted, file);
  return {
    inputs: matrixOf(inputs, placeOf),
    targets: numbersOf(wanted, placeOf),
    names,
    target,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/**
 * The columns `names` of a file, in that order, [size, names.length], as {@link readTable} reads them. Throws what {@link readTable} throws.
 */
export async function readColumns(
  file: string,
  names: readonly string[],
): Promise<{ readonly inputs: Float64Array; readonly size: number }> {
  const { columns, placeOf } = await columnsIn(await readData(file), file);
  const inputs = names.map((name) => find(name, columns, 'columns'));
  const size = inputs[0]?.cells.length ?? 0;
  if (size === 0) throw noRows(file);
  return { inputs: matrixOf(inputs, placeOf), size };
}

/** The numbers of columns of one length, [rows, columns.length]. */
function matrixOf(columns: readonly Column[], placeOf: (row: number) => string): Float64Array {
  const rows = columns[0]?.cells.length ?? 0;
  const numbers = new Float64Array(rows * columns.length);
  for (const [j, column] of columns.entries()) {
    const values = numbersOf(column, placeOf);
    for (const [row, value] of values.entries()) numbers[row * columns.length + j] = value;
  }
  return numbers;
}

/** Throws {@link ShapeError} unless there are rows, and inputs that are none of them the target and none twice. */
function requireInputs(names: readonly string[], target: Column, file: string): void {
  if (target.cells.length === 0) throw noRows(file);
  if (names.length === 0) {
    throw new ShapeError('has no column but the target', {
      field: 'data',
      value: file,
      remedy: 'Give columns of inputs beside the one that is to be learned.',
    });
  }
  const wrong = names.find((name, i) => name === target.name || names.includes(name, i + 1));
  if (wrong === undefined) return;
  const problem =
    wrong === target.name
      ? 'must not have the target among the inputs'
      : 'must have each column once';
  throw new ShapeError(problem, {
    field: 'columns',
    value: wrong,
    remedy: 'Leave it out of the inputs.',
  });
}

function noRows(file: string): ShapeError {
  return new ShapeError('has no rows of numbers', {
    field: 'data',
    value: file,
    remedy: 'Write one row for each point.',
  });
}

function find(name: string, columns: readonly Column[], field: string): Column {
  const [found, ...others] = columns.filter((column) => column.name === name);
  if (found && others.length === 0) return found;
  throw noColumn(
    name,
    columns.map((column) => column.name),
    field,
  );
}

function numbersOf({ name, cells }: Column, placeOf: (row: number) => string): Float64Array {
  const values = Float64Array.from(cells, asNumber);
  const row = values.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return values;
  const texts = Array.from(cells).every((cell) => typeof cell === 'string' && isName(cell));
  throw new ValueError(texts ? 'is text, and so is the whole column' : 'must be a finite number', {
    field: `data, ${placeOf(row)}, column ${name}`,
    value: cells[row],
    remedy: texts
      ? 'Leave the column out by naming the others: --columns a,b,c; or write a column of 0 and 1 for each of its values.'
      : 'Leave the row out, or fill the number in.',
  });
}

function asNumber(cell: unknown): number {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'string') return numberOf(cell);
  const isWhole = typeof cell === 'bigint' && Number.isSafeInteger(Number(cell));
  return isWhole || typeof cell === 'boolean' ? Number(cell) : Number.NaN;
}

async function columnsIn(bytes: Uint8Array, file: string): Promise<Columns> {
  if (isNpy(bytes)) return ofArrays({ '': decodeNpy(bytes, file) }, file);
  if (isNpz(bytes)) return ofArrays(decodeNpz(bytes, file), file);
  if (String.fromCharCode(...bytes.subarray(0, 4)) === 'PAR1') return ofParquet(bytes, file);
  const text = decodeText(bytes, file);
  if (!/^\s*[[{]/.test(text)) return ofText(text, file);
  throw new FormatError('is JSON, whose rows have no columns by name', {
    field: 'data',
    value: file,
    remedy: 'Write the table as CSV, Parquet or arrays of NumPy.',
  });
}

function ofText(text: string, file: string): Columns {
  const { names, rows } = tableOf(text, file);
  return {
    columns: names.map((name, j) => ({ name, cells: rows.map(({ record }) => record[j]) })),
    placeOf: (row) => `line ${rows[row]?.info.lines}`,
  };
}

function ofArrays(arrays: ReturnType<typeof decodeNpz>, file: string): Columns {
  const columns = Object.entries(arrays).flatMap(([name, { shape, data }]): Column[] => {
    const [rows = 0, width = 1, ...deeper] = shape;
    if (shape.length === 0 || deeper.length > 0) {
      throw new ShapeError('must have shape [rows] or [rows, columns]', {
        field: name === '' ? file : `${name} in ${file}`,
        value: shape,
        remedy: 'Write a column, or a matrix of them.',
      });
    }
    return Array.from({ length: width }, (_, j) => ({
      name: shape.length === 1 ? name : [name, `${j + 1}`].filter((word) => word !== '').join('.'),
      cells: Array.from({ length: rows }, (_, row) => data[row * width + j]),
    }));
  });
  const other = columns.find(({ cells }) => cells.length !== columns[0]?.cells.length);
  if (!other) return { columns, placeOf: (row) => `row ${row}` };
  throw new ShapeError(`must have ${columns[0]?.cells.length} rows, as ${columns[0]?.name}`, {
    field: `${other.name} in ${file}`,
    value: other.cells.length,
    remedy: 'Write arrays of one length.',
  });
}

async function ofParquet(bytes: Uint8Array, file: string): Promise<Columns> {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
  const buffer = new Uint8Array(bytes).buffer;
  try {
    const { schema } = parquetMetadata(buffer);
    const rows: readonly Record<string, unknown>[] = await parquetReadObjects({ file: buffer });
    const names = schema.filter(({ num_children }) => num_children === undefined);
    return {
      columns: names.map(({ name }) => ({ name, cells: rows.map((row) => row[name]) })),
      placeOf: (row) => `row ${row}`,
    };
  } catch (cause) {
    const remedy = `Write it again, uncompressed or with Snappy (${(cause as Error).message}).`;
    throw new FormatError(
      'cannot be read as Parquet',
      { field: 'data', value: file, remedy },
      { cause },
    );
  }
}
