import type { NDArray } from '@softmoe/model';

/** The array as a NumPy file of format version 1.0, dtype '<f8', row-major: `numpy.load` reads it. */
export function encodeNpy({ shape, data }: NDArray): Uint8Array<ArrayBuffer> {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const preamble = 10;
  const length = Math.ceil((preamble + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + 8 * data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  view.setUint16(8, length - preamble, true);
  const header = `${dictionary.padEnd(length - preamble - 1)}\n`;
  bytes.set(new TextEncoder().encode(header), preamble);
  data.forEach((x, i) => {
    view.setFloat64(length + 8 * i, x, true);
  });
  return bytes;
}
