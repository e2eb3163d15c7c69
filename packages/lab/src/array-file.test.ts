import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError, UnsupportedError } from '@softmoe/model';
import { zipSync } from 'fflate';
import { dump } from 'npyjs';
import { describe, expect, it } from 'vitest';
import { arraysOfJson, decodeNpy, decodeNpz, isNpy, isNpz } from './array-file.ts';

const npy = (numbers: readonly number[], shape: number[]) =>
  new Uint8Array(dump(Float64Array.from(numbers), shape));

const npz = (files: Record<string, Uint8Array>) => zipSync(files);

/** An .npy file whose header is as given. */
function withHeader(descr: string, order: 'True' | 'False', shape: string, data: ArrayBufferView) {
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;
  const text = `${header.padEnd(117)}\n`;
  const bytes = new Uint8Array(128 + data.byteLength);
  bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]);
  bytes.set(Buffer.from(text), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 128);
  return bytes;
}

describe('an .npz file', () => {
  it('gives its arrays by name, with their shapes', () => {
    const bytes = npz({ 'a.npy': npy([1, 2, 3, 4, 5, 6], [2, 3]), 'b.npy': npy([7], [1]) });
    expect([isNpz(bytes), isNpy(bytes)]).toEqual([true, false]);
    expect(decodeNpz(bytes, 'f.npz')).toEqual({
      a: { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) },
      b: { shape: [1], data: Float64Array.of(7) },
    });
  });

  it('with a flipped bit, cut short, or with other files in it is refused', () => {
    const bytes = npz({ 'a.npy': npy([1, 2, 3, 4], [4]) });
    for (let i = 60; i < bytes.length; i += 7) {
      const flipped = bytes.slice();
      flipped[i] = (flipped[i] ?? 0) ^ 1;
      let read: ReturnType<typeof decodeNpz>;
      try {
        read = decodeNpz(flipped, 'f.npz');
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        continue;
      }
      // What is left are bits that say nothing of the numbers, such as those of a date or a name.
      expect(Object.values(read)).toEqual([{ shape: [4], data: Float64Array.of(1, 2, 3, 4) }]);
    }
    expect(() => decodeNpz(bytes.subarray(0, bytes.length - 30), 'f.npz')).toThrow(
      /^file: cannot be read as arrays of NumPy \(got "f\.npz"\)\. Write the file again with numpy\.savez\./,
    );
    expect(() => decodeNpz(npz({ 'readme.txt': Buffer.from('hello') }), 'f.npz')).toThrow(
      'readme.txt in f.npz: is no array (got "readme.txt"). Write the file again with numpy.savez.',
    );
  });

  it('with two arrays of one name is refused, so that none is taken in place of the other', () => {
    const bytes = npz({ 'a.npy': npy([1], [1]), 'b.npy': npy([2], [1]) });
    const name = Buffer.from('b.npy');
    for (let at = bytes.indexOf(0x62); at >= 0; at = bytes.indexOf(0x62, at + 1)) {
      if (name.equals(bytes.subarray(at, at + 5))) bytes[at] = 0x61;
    }
    expect(() => decodeNpz(bytes, 'f.npz')).toThrow('a in f.npz: is there twice (got "a.npy").');
  });
});

describe('an .npy file', () => {
  it('of integers, of float32 and in Fortran order gives what NumPy shows', () => {
    expect(
      decodeNpy(withHeader('<i8', 'False', '2,', BigInt64Array.of(3n, -4n)), 'a').data,
    ).toEqual(Float64Array.of(3, -4));
    expect(decodeNpy(withHeader('<f4', 'False', '1,', Float32Array.of(0.1)), 'a').data).toEqual(
      Float64Array.of(Math.fround(0.1)),
    );
    const columns = Float64Array.of(1, 4, 2, 5, 3, 6);
    expect(decodeNpy(withHeader('<f8', 'True', '2, 3', columns), 'a')).toEqual({
      shape: [2, 3],
      data: Float64Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  it.each<[string, Uint8Array, string]>([
    [
      'big-endian numbers',
      withHeader('>f8', 'False', '1,', Float64Array.of(1)),
      'a: cannot be read as arrays of NumPy (got "136 bytes"). Write the file again with numpy.savez. Arrays must be of little-endian real numbers, such as <f8 (Unsupported dtype: >f8).',
    ],
    [
      'objects',
      withHeader('|O', 'False', '1,', Float64Array.of(1)),
      'a: cannot be read as arrays of NumPy (got "136 bytes"). Write the file again with numpy.savez. Arrays must be of little-endian real numbers, such as <f8 (Unsupported dtype: |O).',
    ],
    [
      'complex numbers',
      withHeader('<c16', 'False', '1,', Float64Array.of(1, 2)),
      'a: must hold real numbers (got "c16"). Save it .astype(\'<f8\').',
    ],
    [
      'a shape that does not fit',
      withHeader('<f8', 'False', '3,', Float64Array.of(1, 2)),
      'a: holds 2 numbers, and its shape says 3 (got [3]). Write the file again with numpy.savez.',
    ],
    [
      'three axes in Fortran order',
      withHeader('<f8', 'True', '1, 1, 1', Float64Array.of(1)),
      'a: is in Fortran order, with more than two axes (got [1, 1, 1]). Save numpy.ascontiguousarray of it.',
    ],
    [
      'an integer beyond 2⁵³',
      withHeader('<i8', 'False', '1,', BigInt64Array.of(2n ** 60n + 1n)),
      'a: holds a number that no float64 is (got "1152921504606846977 of i8"). Save it .astype(\'<f8\').',
    ],
    ['a file cut short', npy([1, 2], [2]).subarray(0, -5), 'a: cannot be read as arrays of NumPy'],
  ])('with %s is refused', (_, bytes, sentence) => {
    expect(() => decodeNpy(bytes, 'a')).toThrow(sentence);
    expect(() => decodeNpy(bytes, 'a')).toThrow(
      expect.toSatisfy(
        (error) => error instanceof FormatError || error instanceof UnsupportedError,
      ),
    );
  });

  it.skipIf(spawnSync('python3', ['-c', 'import numpy']).status !== 0)(
    'that NumPy wrote is read, compressed or not',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'softmoe-npz-'));
      const script = `import numpy, sys
a = numpy.arange(6.0).reshape(2, 3) / 7
for write, name in [(numpy.savez, 'a.npz'), (numpy.savez_compressed, 'b.npz')]:
    write(sys.argv[1] + '/' + name, a=a, f=numpy.asfortranarray(a), n=[1, -2], h=a.astype('f2'))`;
      expect(spawnSync('python3', ['-c', script, folder]).status).toBe(0);
      const a = { shape: [2, 3], data: Float64Array.from([0, 1, 2, 3, 4, 5], (x) => x / 7) };
      for (const name of ['a.npz', 'b.npz']) {
        const { h, ...arrays } = decodeNpz(await readFile(join(folder, name)), name);
        expect(arrays).toEqual({ a, f: a, n: { shape: [2], data: Float64Array.of(1, -2) } });
        expect(h?.data[1]).toBeCloseTo(1 / 7, 3);
      }
      await rm(folder, { recursive: true });
    },
  );
});

describe('arrays in JSON', () => {
  it('are lists of numbers, or of rows', () => {
    expect(
      arraysOfJson(
        {
          a: [
            [1, 2],
            [3, 4],
          ],
          b: [5],
        },
        'f.json',
      ),
    ).toEqual({
      a: { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) },
      b: { shape: [1], data: Float64Array.of(5) },
    });
  });

  it.each([
    [{ a: 3 }, 'a: must be a list of numbers or of rows, in f.json (got 3).'],
    [
      { a: [[1, 2], [3]] },
      'a[1]: must be a row of 2 numbers, as the first is, in f.json (got [3]).',
    ],
    [{ a: [[1, 2], 3] }, 'a[1]: must be a row of 2 numbers, as the first is, in f.json (got 3).'],
    [{ a: [[1, null]] }, 'a[0][1]: must be a number, in f.json (got null).'],
    [{ a: [1, '2'] }, 'a[1]: must be a number, in f.json (got "2").'],
    [{ a: [[[1]]] }, 'a[0][0]: must be a number, in f.json (got [1]).'],
  ])('%j are refused with their place', (value, sentence) => {
    expect(() => arraysOfJson(value, 'f.json')).toThrow(
      `${sentence} Write arrays as [1, 2], and matrices as rows of one length, [[1, 2], [3, 4]].`,
    );
  });
});
