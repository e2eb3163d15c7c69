import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectError } from '../test/expect-error.ts';
import { entry, f64, file } from '../test/safetensors-file.ts';
import { SoftmoeError } from './errors.ts';
import { ndarray, sizeOf } from './ndarray.ts';
import { decodeTensors, encodeTensors } from './safetensors.ts';

describe('decodeTensors refuses', () => {
  const good = encodeTensors(
    { a: ndarray([2, 2], [1, 2, 3, 4]), b: ndarray([3], [5, 6, 7]) },
    { about: 'é' },
  );

  it('a file truncated at any byte, or with a byte more', () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => decodeTensors(good.subarray(0, length))).toThrow(SoftmoeError);
    }
    const longer = new Uint8Array(good.length + 1);
    longer.set(good);
    expectError(() => decodeTensors(longer), 'FormatError', 'file', '57 bytes', /new copy/);
    const cut = good.subarray(0, good.length - 1);
    expectError(() => decodeTensors(cut), 'FormatError', 'file', '55 bytes', /new copy/);
    const empty = new Uint8Array(3);
    expectError(() => decodeTensors(empty), 'FormatError', 'file', '3 bytes', /new copy/);
  });

  it.each([
    2n ** 63n,
    2n ** 64n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 32n,
    100_000_001n,
    BigInt(good.length - 7),
  ])('a header of %d bytes', (length) => {
    const bytes = good.slice();
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    expectError(() => decodeTensors(bytes), 'FormatError', 'header.length', length, /new copy/);
  });

  it('a header above the limit of the format, even in a file that has it', () => {
    const bytes = new Uint8Array(100_000_010);
    new DataView(bytes.buffer).setUint32(0, 100_000_001, true);
    const action = () => decodeTensors(bytes);
    expectError(action, 'FormatError', 'header.length', 100_000_001n, /new copy/);
  });

  it.each([
    ['', ''],
    ['{', '{'],
    ['{}x', '{}x'],
    ['[]', '[]'],
    ['null', 'null'],
    [' {}', ' {}'],
    ['\uFEFF{}', '\uFEFF{}'],
  ])('the header %o', (header, value) => {
    expectError(() => decodeTensors(file(header)), 'FormatError', 'header', value, /new copy/);
  });

  it.each([[[0x7b, 0xff, 0x7d]], [[0x7b, 0xc0, 0x80, 0x7d]], [[0xed, 0xa0, 0x80]]])(
    'bytes %o, which are not UTF-8',
    (bytes) => {
      const action = () => decodeTensors(file(Uint8Array.from(bytes)));
      expectError(action, 'FormatError', 'header', `${bytes.length} bytes`, /new copy/);
    },
  );

  it.each([
    ['{"t":1,"t":1}', 't'],
    ['{"__metadata__":{},"__metadata__":{}}', '__metadata__'],
    ['{"__metadata__":{"k":"1","k":"1"}}', 'k'],
    ['{"t":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}', 'dtype'],
    ['{"__proto__":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}', '__proto__'],
    ['{"__metadata__":{"__proto__":"x"}}', '__proto__'],
    ['{"t":{"__proto__":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}}', '__proto__'],
  ])('a name twice, or __proto__: %s', (header, value) => {
    expectError(() => decodeTensors(file(header)), 'FormatError', 'header', value, /unique names/);
  });

  it('the same tensor twice, even with the same empty range', () => {
    const one = '"t":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}';
    expect(decodeTensors(file(`{${one}}`)).tensors.t).toEqual(ndarray([0], []));
    const action = () => decodeTensors(file(`{${one},${one}}`));
    expectError(action, 'FormatError', 'header', 't', /unique names/);
  });

  it.each([
    ['{"__metadata__":[]}', '', []],
    ['{"__metadata__":"x"}', '', 'x'],
    ['{"__metadata__":null}', '', null],
    ['{"__metadata__":{"k":1}}', '.k', 1],
    ['{"__metadata__":{"k":null}}', '.k', null],
    ['{"__metadata__":{"k":{"l":"m"}}}', '.k', { l: 'm' }],
  ])('metadata %s', (header, field, value) => {
    const action = () => decodeTensors(file(header));
    expectError(action, 'FormatError', `header.__metadata__${field}`, value, /new copy/);
  });

  it.each([1, null, 'x', [[]]])('a tensor entry that is %o', (value) => {
    const action = () => decodeTensors(file(JSON.stringify({ t: value })));
    expectError(action, 'FormatError', 'header.t', value, /new copy/);
  });

  it.each(['I64', 'I8', 'U16', 'BOOL', 'C64', 'F8_E4M3', 'F8_E5M2'])(
    'dtype %s, though the file is whole',
    (dtype) => {
      const header = JSON.stringify({ t: { dtype, shape: [1], data_offsets: [0, 8] } });
      const action = () => decodeTensors(file(header, f64(1)));
      const remedy = /The file is whole: convert the tensor to one of F64, F32, F16, BF16/;
      expectError(action, 'UnsupportedError', 'header.t.dtype', dtype, remedy);
    },
  );

  it.each(['F16X', 'f64', '', 64, null, undefined])('dtype %o', (dtype) => {
    const header = JSON.stringify({ t: { dtype, shape: [1], data_offsets: [0, 8] } });
    const action = () => decodeTensors(file(header, f64(1)));
    expectError(action, 'FormatError', 'header.t.dtype', dtype, /new copy/);
  });

  it.each([
    '[-1]',
    '[1.5]',
    '["1"]',
    '[null]',
    '[[1]]',
    '1',
    '{"length":0}',
    'null',
    '[-0]',
    '[1e999]',
    '[9007199254740992]',
    '[9007199254740991,2]',
    '[4294967296,4294967296]',
    '[9007199254740991,9007199254740991,0]',
  ])('shape %s', (shape) => {
    const header = `{"t":{"dtype":"F64","shape":${shape},"data_offsets":[0,8]}}`;
    const action = () => decodeTensors(file(header, f64(1)));
    expectError(action, 'FormatError', 'header.t.shape', JSON.parse(shape), /new copy/);
  });

  it.each([
    ['not two', [0]],
    ['three', [0, 8, 8]],
    ['text', ['0', '8']],
    ['negative', [-8, 0]],
    ['fractional', [0.5, 8.5]],
    ['too large for a double', [0, 2 ** 53]],
    ['in reverse', [8, 0]],
    ['no list', 8],
    ['missing', undefined],
    ['too short for the shape', [0, 4]],
    ['too long for the shape', [0, 16]],
    ['with a hole before', [8, 16]],
    ['far out of range', [2 ** 52, 2 ** 52 + 8]],
  ])('offsets %s: %o', (_, offsets) => {
    const action = () => decodeTensors(file(entry('F64', [1], offsets), f64(1, 2)));
    expectError(action, 'FormatError', 'header.t.data_offsets', offsets, /new copy/);
  });

  it('a shape of many bytes in a small file, with no memory for it', () => {
    const length = 2 ** 49;
    const header = entry('F64', [length], [0, 8 * length]);
    const action = () => decodeTensors(file(header, f64(1)));
    expectError(action, 'FormatError', 'file', '8 bytes', /new copy/);
  });

  it.each([
    ['overlap', [0, 16], [8, 24], 'b', [8, 24]],
    ['coincide', [0, 16], [0, 16], 'b', [0, 16]],
    ['leave a hole', [0, 16], [24, 40], 'b', [24, 40]],
    ['do not begin at 0', [8, 24], [24, 40], 'a', [8, 24]],
  ])('ranges that %s', (_, first, second, culprit, offsets) => {
    const header = JSON.stringify({
      a: { dtype: 'F64', shape: [2], data_offsets: first },
      b: { dtype: 'F64', shape: [2], data_offsets: second },
    });
    const action = () => decodeTensors(file(header, f64(1, 2, 3, 4, 5)));
    expectError(action, 'FormatError', `header.${culprit}.data_offsets`, offsets, /new copy/);
  });

  it('what is not bytes', () => {
    for (const value of [null, 'text', [1, 2]]) {
      const bytes: Uint8Array = JSON.parse(JSON.stringify(value));
      expectError(() => decodeTensors(bytes), 'FormatError', 'file', value, /new copy/);
    }
  });

  it('or reads it: never anything else, whatever bytes are changed', () => {
    const change = fc.record({
      at: fc.nat(good.length - 1),
      to: fc.oneof(fc.nat(255), fc.constantFrom(...new TextEncoder().encode('[]{},:"\\019-eF'))),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = good.slice();
        for (const { at, to } of changes) bytes[at] = to;
        try {
          const { tensors } = decodeTensors(bytes);
          for (const { shape, data } of Object.values(tensors)) {
            expect(data.length).toBe(sizeOf(shape));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(SoftmoeError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
