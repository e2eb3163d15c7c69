import { requireObject } from './checks/require.ts';
import { ShapeError, ValueError } from './errors.ts';
import { ITEM_BYTES, readFloat } from './floats.ts';
import { type NDArray, requireArray, sizeOf } from './ndarray.ts';
import { type Entry, isShape, LENGTH_BYTES, METADATA, readHeader } from './safetensors-header.ts';

/** What a safetensors file holds: arrays by name, and texts by name. */
export interface TensorFile {
  readonly tensors: Readonly<Record<string, NDArray>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A safetensors file (8 bytes of header length, a JSON header, the data) of float64 tensors, the data aligned to
 * 8 bytes. Throws {@link ShapeError} for what is no array or does not fit its shape, {@link ValueError} for a reserved name or
 * metadata that are not texts.
 */
export function encodeTensors(
  tensors: Readonly<Record<string, NDArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  requireObject('tensors', tensors, ['an array for each name']);
  checkMetadata(metadata);
  const entries: [string, unknown][] = [[METADATA, metadata]];
  let dataBytes = 0;
  for (const [name, array] of Object.entries(tensors)) {
    checkTensor(name, array);
    const start = dataBytes;
    dataBytes += array.data.length * ITEM_BYTES.F64;
    const entry = { dtype: 'F64', shape: array.shape, data_offsets: [start, dataBytes] };
    entries.push([name, entry]);
  }
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const dataStart = LENGTH_BYTES + 8 * Math.ceil(header.length / 8);
  const bytes = new Uint8Array(dataStart + dataBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(dataStart - LENGTH_BYTES), true);
  bytes.fill(SPACE, LENGTH_BYTES, dataStart).set(header, LENGTH_BYTES);
  let at = dataStart;
  for (const { data } of Object.values(tensors)) {
    for (const x of data) {
      view.setFloat64(at, x, true);
      at += 8;
    }
  }
  return bytes;
}

/**
 * The tensors (dtypes F64, F32, F16 and BF16, widened exactly) and metadata of a safetensors file. Throws
 * `UnsupportedError` for a tensor of another dtype and `FormatError` for anything else than a whole,
 * well-formed file, before it allocates memory for the tensors.
 */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  const { entries, metadata, dataStart } = readHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart);
  const tensors = entries.map((entry) => [entry.name, readTensor(view, entry)] as const);
  return { tensors: Object.fromEntries(tensors), metadata };
}

const SPACE = 0x20;

function readTensor(view: DataView, { dtype, shape, start, end }: Entry): NDArray {
  const itemBytes = ITEM_BYTES[dtype];
  const read = readFloat[dtype];
  const data = new Float64Array((end - start) / itemBytes);
  for (let i = 0, at = start; at < end; i++, at += itemBytes) {
    data[i] = read(view, at);
  }
  return { shape, data };
}

function checkTensor(name: string, array: NDArray): void {
  if (name === METADATA || name === '__proto__') {
    const remedy = 'Give the tensor another name.';
    throw new ValueError('is a reserved name', { field: 'tensors', value: name, remedy });
  }
  requireArray(`tensors.${name}`, array);
  const { shape, data } = array;
  if (isShape(shape) && sizeOf(shape) === data.length) return;
  throw new ShapeError(`needs whole numbers whose product is ${data.length}, the length of data`, {
    field: `tensors.${name}.shape`,
    value: shape,
    remedy: 'Give as many numbers as the product of the shape.',
  });
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text === 'string' && key !== '__proto__') continue;
    throw new ValueError('must be a text, and its name not __proto__', {
      field: `metadata.${key}`,
      value: text,
      remedy: 'Turn other values into a text, with JSON.stringify for example.',
    });
  }
}
