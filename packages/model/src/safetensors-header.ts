import { parseStrictJson } from './checks/strict-json.ts';
import { FormatError, UnsupportedError } from './errors.ts';
import { ITEM_BYTES } from './floats.ts';
import { isWholeNumbers, sizeOf } from './ndarray.ts';

/** Bytes before the header: its length, a little-endian 64-bit integer. */
export const LENGTH_BYTES = 8;

/** The limit of the format's reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

export const METADATA = '__metadata__';

export interface Entry {
  readonly name: string;
  readonly dtype: keyof typeof ITEM_BYTES;
  readonly shape: readonly number[];
  /** Byte range of the tensor, counted from the end of the header. */
  readonly start: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data begin, counted from the start of the file. */
  readonly dataStart: number;
}

/**
 * The header of a safetensors file, checked against the file: unique names, known dtypes, and byte ranges that fit the
 * shapes and cover the data exactly, without hole or overlap. Throws {@link FormatError}, and {@link UnsupportedError} for
 * dtypes of the format that are no parameters.
 */
export function readHeader(bytes: Uint8Array): Header {
  const dataStart = LENGTH_BYTES + headerLength(bytes);
  const text = decodeText(bytes.subarray(LENGTH_BYTES, dataStart));
  const header = parseStrictJson(text, 'header');
  if (!text.startsWith('{') || !isRecord(header)) {
    throw damaged('must be a JSON object', 'header', text.slice(0, 80));
  }
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, info]) => readEntry(name, info));
  checkTiling(entries, bytes.length - dataStart);
  return { entries, metadata: readMetadata(header[METADATA]), dataStart };
}

function headerLength(bytes: Uint8Array): number {
  if (!(bytes instanceof Uint8Array)) throw damaged('must be a Uint8Array', 'file', bytes);
  if (bytes.length < LENGTH_BYTES) {
    throw damaged('ends before its header', 'file', `${bytes.length} bytes`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const limit = Math.min(MAX_HEADER_BYTES, bytes.length - LENGTH_BYTES);
  if (length <= BigInt(limit)) return Number(length);
  throw damaged(`is longer than the ${limit} bytes that it may have`, 'header.length', length);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw damaged('is not UTF-8', 'header', `${bytes.length} bytes`, { cause });
  }
}

function readMetadata(metadata: unknown = {}): Record<string, string> {
  const field = `header.${METADATA}`;
  if (!isRecord(metadata)) throw damaged('must be an object', field, metadata);
  const texts: [string, string][] = [];
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== 'string') throw damaged('must be a text', `${field}.${key}`, text);
    texts.push([key, text]);
  }
  return Object.fromEntries(texts);
}

function readEntry(name: string, info: unknown): Entry {
  const field = `header.${name}`;
  if (!isRecord(info)) throw damaged('must be an object', field, info);
  const { dtype, shape, data_offsets: offsets } = info;
  requireFloats(dtype, `${field}.dtype`);
  if (!isShape(shape)) {
    throw damaged('must be whole numbers with a product below 2^53', `${field}.shape`, shape);
  }
  const [start, end] = isWholeNumbers(offsets) && offsets.length === 2 ? offsets : [];
  if (start === undefined || end === undefined) {
    throw damaged('must be two whole numbers', `${field}.data_offsets`, offsets);
  }
  const bytes = sizeOf(shape) * ITEM_BYTES[dtype];
  if (end - start !== bytes) {
    throw damaged(`must span ${bytes} bytes, as the shape says`, `${field}.data_offsets`, offsets);
  }
  return { name, dtype, shape, start, end };
}

/** Dtypes of the format that hold no parameters: whole numbers, truth values, complex numbers, and floats of 4 to 8 bits. */
const OTHERS = /^([IU](8|16|32|64)|BOOL|C64|F4|F6_E[23]M[23]|F8_E\w+)$/;

function requireFloats(dtype: unknown, field: string): asserts dtype is keyof typeof ITEM_BYTES {
  const known = Object.keys(ITEM_BYTES);
  if (known.includes(dtype as string)) return;
  if (typeof dtype !== 'string' || !OTHERS.test(dtype)) {
    throw damaged(`must be ${known.join(', ')}`, field, dtype);
  }
  throw new UnsupportedError('is no dtype of parameters', {
    field,
    value: dtype,
    remedy: `The file is whole: convert the tensor to one of ${known.join(', ')}, or leave it out.`,
  });
}

/** Throws unless the ranges, in order, begin at 0, touch each other and end with the data. */
function checkTiling(entries: readonly Entry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, start, end } of entries.toSorted(
    (a, b) => a.start - b.start || a.end - b.end,
  )) {
    if (start !== covered) {
      const problem = `must begin at byte ${covered}, where the tensor before it ends`;
      throw damaged(problem, `header.${name}.data_offsets`, [start, end]);
    }
    covered = end;
  }
  if (covered === dataBytes) return;
  throw damaged(
    `must hold ${covered} bytes of data after its header, as the header says`,
    'file',
    `${dataBytes} bytes`,
  );
}

/** Whether `value` is a list of whole numbers ≥ 0 whose product stays below 2^53 at every factor. */
export function isShape(value: unknown): value is readonly number[] {
  if (!isWholeNumbers(value)) return false;
  return value.reduce((size, n) => (size * n <= Number.MAX_SAFE_INTEGER ? size * n : NaN), 1) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(
  problem: string,
  field: string,
  value: unknown,
  options?: ErrorOptions,
): FormatError {
  const remedy = 'The file is damaged or not a safetensors file of floats: get a new copy.';
  return new FormatError(problem, { field, value, remedy }, options);
}
