import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectError } from '../test/expect-error.ts';
import { entry, f64, file } from '../test/safetensors-file.ts';
import { type NDArray, ndarray, sizeOf } from './ndarray.ts';
import { decodeTensors, encodeTensors } from './safetensors.ts';

const name = fc
  .oneof(fc.string(), fc.constantFrom('constructor', 'toString', 'é𝄞"\\\n', '7'))
  .filter((text) => text !== '__proto__' && text !== '__metadata__');
const anyDouble = fc.oneof(
  fc.double(),
  fc.constantFrom(-0, 5e-324, -2.2250738585072009e-308, Number.MAX_VALUE),
);
const tensor: fc.Arbitrary<NDArray> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
  .chain((shape) => {
    const length = sizeOf(shape);
    return fc
      .array(anyDouble, { minLength: length, maxLength: length })
      .map((data) => ndarray(shape, data));
  });
const tensorFile = fc.record({
  tensors: fc.dictionary(name, tensor, { maxKeys: 5, noNullPrototype: true }),
  metadata: fc.dictionary(name, fc.string(), { maxKeys: 3, noNullPrototype: true }),
});

describe('encodeTensors and decodeTensors', () => {
  it('are inverse to each other, bit for bit', () => {
    fc.assert(
      fc.property(tensorFile, ({ tensors, metadata }) => {
        const bytes = encodeTensors(tensors, metadata);
        const decoded = decodeTensors(bytes);
        expect(decoded).toEqual({ tensors, metadata });
        expect(encodeTensors(decoded.tensors, decoded.metadata)).toEqual(bytes);
      }),
    );
  });

  it('align the data to 8 bytes', () => {
    fc.assert(
      fc.property(tensorFile, ({ tensors, metadata }) => {
        const bytes = encodeTensors(tensors, metadata);
        const dataBytes = Object.values(tensors).reduce(
          (sum, { data }) => sum + data.byteLength,
          0,
        );
        const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
        expect(headerLength % 8).toBe(0);
        expect(bytes.length).toBe(8 + headerLength + dataBytes);
      }),
    );
  });

  it('write the bytes that the format prescribes', () => {
    const header =
      '{"__metadata__":{"k":"v"},"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}';
    const padded = header.padEnd(8 * Math.ceil(header.length / 8));
    const bytes = encodeTensors({ a: ndarray([2], [1, -0]) }, { k: 'v' });
    expect(bytes).toEqual(file(padded, f64(1, -0)));
  });

  it('read a file of the reference implementation, safetensors 0.8.0 for Python', () => {
    const base64 =
      'CAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJieSI6InNhZmV0ZW5zb3JzIDAuOC4wIn0sImUiOnsiZHR5cGUiOiJGNjQiLCJz' +
      'aGFwZSI6WzAsM10sImRhdGFfb2Zmc2V0cyI6WzAsMF19LCJzIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOltdLCJkYXRhX29m' +
      'ZnNldHMiOlswLDhdfSwidyI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMiwyXSwiZGF0YV9vZmZzZXRzIjpbOCw0MF19LCJ2' +
      'Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDhdfX0gICAAAAAAAAAQQAAAAAAAAPg/' +
      'AAAAAAAAAIABAAAAAAAAABgtRFT7IQlAzczMPQAAAEA=';
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    expect(decodeTensors(bytes)).toEqual({
      tensors: {
        e: ndarray([0, 3], []),
        s: ndarray([], [4]),
        w: ndarray([2, 2], [1.5, -0, 5e-324, Math.PI]),
        v: ndarray([2], [Math.fround(0.1), 2]),
      },
      metadata: { by: 'safetensors 0.8.0' },
    });
  });

  it('read a view into a larger buffer', () => {
    const bytes = encodeTensors({ a: ndarray([2], [1, 2]) });
    const larger = new Uint8Array(bytes.length + 13).fill(7);
    larger.set(bytes, 5);
    const view = larger.subarray(5, 5 + bytes.length);
    expect(decodeTensors(view)).toEqual(decodeTensors(bytes));
  });

  it('widen float32', () => {
    const data = new Uint8Array(Float32Array.of(0.1, -0).buffer);
    const { tensors } = decodeTensors(file(entry('F32', [1, 2], [0, 8]), data));
    expect(tensors).toEqual({ t: ndarray([1, 2], [Math.fround(0.1), -0]) });
  });

  it.each([
    ['F16', 10],
    ['BF16', 7],
  ])('widen every %s exactly', (dtype, fractionBits) => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const bias = 2 ** (14 - fractionBits) - 1;
    const top = 2 ** (15 - fractionBits) - 1;
    const expected = Array.from(bits, (pattern) => {
      const sign = pattern >= 32768 ? -1 : 1;
      const exponent = (pattern >> fractionBits) & top;
      const fraction = (pattern & (2 ** fractionBits - 1)) / 2 ** fractionBits;
      if (exponent === top) return fraction === 0 ? sign * Infinity : NaN;
      return exponent === 0
        ? sign * fraction * 2 ** (1 - bias)
        : sign * (1 + fraction) * 2 ** (exponent - bias);
    });
    const data = new Uint8Array(bits.buffer);
    const { tensors } = decodeTensors(file(entry(dtype, [65536], [0, 131072]), data));
    expect(tensors.t!.data).toEqual(Float64Array.from(expected));
  });

  it('take tensors in any order, empty ones and scalars', () => {
    const header = JSON.stringify({
      b: { dtype: 'F64', shape: [1], data_offsets: [8, 16] },
      empty: { dtype: 'F64', shape: [0, 3], data_offsets: [8, 8] },
      a: { dtype: 'F64', shape: [], data_offsets: [0, 8] },
    });
    const { tensors, metadata } = decodeTensors(file(header, f64(1, 2)));
    expect(tensors).toEqual({
      a: ndarray([], [1]),
      b: ndarray([1], [2]),
      empty: ndarray([0, 3], []),
    });
    expect(metadata).toEqual({});
  });
});

describe('encodeTensors refuses', () => {
  const a = ndarray([1], [1]);

  it.each(['__metadata__', '__proto__'])('the tensor name %s', (reserved) => {
    const tensors = Object.fromEntries([[reserved, a]]);
    const action = () => encodeTensors(tensors);
    expectError(action, 'ValueError', 'tensors', reserved, /another name/);
  });

  it('metadata that are not texts', () => {
    const metadata: Record<string, string> = JSON.parse('{"k": 3}');
    expectError(() => encodeTensors({ a }, metadata), 'ValueError', 'metadata.k', 3, /stringify/);
    const proto: Record<string, string> = JSON.parse('{"__proto__": "x"}');
    const action = () => encodeTensors({ a }, proto);
    expectError(action, 'ValueError', 'metadata.__proto__', 'x', /text/);
  });

  it.each([[[2]], [[-1, -1]], [[0.5, 2]], [[]]])('shape %o for 3 numbers', (shape) => {
    const tensors = { a: { shape, data: new Float64Array(3) } };
    const action = () => encodeTensors(tensors);
    expectError(action, 'ShapeError', 'tensors.a.shape', shape, /product/);
  });
});
