import { FormatError, type NDArray, UnsupportedError } from '@softmoe/model';
import { type NpyArray, parse } from 'npyjs';
import { unzip, type ZipEntry } from './zip.ts';

/** Arrays by name, as `numpy.savez` writes them. */
export type Arrays = Readonly<Record<string, NDArray>>;

const WRITE_AGAIN = 'Write the file again with numpy.savez.';

/** Whether a file begins as a zip archive does, which an .npz is. */
export function isNpz(bytes: Uint8Array): boolean {
  return beginsWith(bytes, [0x50, 0x4b, 0x03, 0x04]);
}

/** Whether a file begins as an .npy does. */
export function isNpy(bytes: Uint8Array): boolean {
  return beginsWith(bytes, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
}

function beginsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * The arrays of an .npz file, compressed or not, of real numbers of any size. Throws {@link FormatError} for a damaged archive and
 * for names that are there twice, and what {@link decodeNpy} throws.
 */
export function decodeNpz(bytes: Uint8Array, file: string): Arrays {
  const arrays = new Map<string, NDArray>();
  for (const { name, content } of entriesOf(bytes, file)) {
    const field = `${name.replace(/\.npy$/, '')} in ${file}`;
    if (!name.endsWith('.npy') || arrays.has(name)) {
      const problem = arrays.has(name) ? 'is there twice' : 'is no array';
      throw new FormatError(problem, { field, value: name, remedy: WRITE_AGAIN });
    }
    arrays.set(name, decodeNpy(content, field));
  }
  return Object.fromEntries([...arrays].map(([name, array]) => [name.slice(0, -4), array]));
}

/** The files of an archive, each with its CRC-32 checked. */
function entriesOf(bytes: Uint8Array, file: string): ZipEntry[] {
  try {
    return unzip(bytes);
  } catch (cause) {
    throw damaged(cause, 'file', file);
  }
}

/**
 * The array of an .npy file, in row-major order. Throws {@link FormatError} for a damaged file and {@link UnsupportedError} for
 * numbers that are not real, or too large for a float64.
 */
export function decodeNpy(bytes: Uint8Array, field: string): NDArray {
  const { data, shape, dtype, fortranOrder } = parsed(bytes, field);
  const size = shape.reduce((product, n) => product * n, 1);
  if (data.length !== size) {
    throw new FormatError(`holds ${data.length} numbers, and its shape says ${size}`, {
      field,
      value: shape,
      remedy: WRITE_AGAIN,
    });
  }
  if (fortranOrder && shape.length > 2) {
    throw new UnsupportedError('is in Fortran order, with more than two axes', {
      field,
      value: shape,
      remedy: 'Save numpy.ascontiguousarray of it.',
    });
  }
  const numbers = Float64Array.from(data, (x) => floatOf(x, field, dtype));
  return { shape, data: fortranOrder ? transposed(numbers, shape) : numbers };
}

interface Parsed extends Pick<NpyArray, 'shape' | 'dtype' | 'fortranOrder'> {
  readonly data: ArrayLike<number | bigint>;
}

const REAL = /^[fiu][1248]$/;

function parsed(bytes: Uint8Array, field: string): Parsed {
  let array: NpyArray;
  try {
    array = parse(new Uint8Array(bytes).buffer);
  } catch (cause) {
    throw damaged(cause, field, `${bytes.length} bytes`);
  }
  if (REAL.test(array.dtype)) return array as NpyArray & Parsed;
  throw new UnsupportedError('must hold real numbers', {
    field,
    value: array.dtype,
    remedy: "Save it .astype('<f8').",
  });
}

function damaged(cause: unknown, field: string, value: string): FormatError {
  const remedy = `${WRITE_AGAIN} Arrays must be of little-endian real numbers, such as <f8 (${(cause as Error).message}).`;
  return new FormatError('cannot be read as arrays of NumPy', { field, value, remedy }, { cause });
}

function floatOf(value: number | bigint, field: string, dtype: string): number {
  const number = Number(value);
  if (typeof value === 'number' || Number.isSafeInteger(number)) return number;
  throw new UnsupportedError('holds a number that no float64 is', {
    field,
    value: `${value} of ${dtype}`,
    remedy: "Save it .astype('<f8').",
  });
}

function transposed(data: Float64Array, [rows = 1, columns = 1]: readonly number[]): Float64Array {
  return data.map((_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return data[j * rows + i] ?? Number.NaN;
  });
}

/**
 * Arrays that a JSON object holds as lists of numbers, or of rows of numbers. Throws {@link FormatError} for anything else, with the
 * place of it.
 */
export function arraysOfJson(value: object, file: string): Arrays {
  return Object.fromEntries(
    Object.entries(value).map(([name, list]) => [name, arrayOf(list, name, file)]),
  );
}

function arrayOf(list: unknown, name: string, file: string): NDArray {
  const refuse = (problem: string, at: string, value: unknown) =>
    new FormatError(`${problem}, in ${file}`, {
      field: at,
      value,
      remedy: 'Write arrays as [1, 2], and matrices as rows of one length, [[1, 2], [3, 4]].',
    });
  if (!Array.isArray(list)) throw refuse('must be a list of numbers or of rows', name, list);
  const isMatrix = list.some(Array.isArray);
  const rows: unknown[] = isMatrix ? list : [list];
  const columns = Object(rows[0]).length ?? 0;
  const numbers = rows.flatMap((row, i): number[] => {
    const at = isMatrix ? `${name}[${i}]` : name;
    if (!Array.isArray(row) || row.length !== columns) {
      throw refuse(`must be a row of ${columns} numbers, as the first is`, at, row);
    }
    for (const [j, number] of row.entries()) {
      if (typeof number === 'number') continue;
      throw refuse('must be a number', `${at}[${j}]`, number);
    }
    return row;
  });
  const shape = isMatrix ? [rows.length, columns] : [list.length];
  return { shape, data: Float64Array.from(numbers) };
}
