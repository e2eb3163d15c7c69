import { gateOf } from '@softmoe/model/checks';
import { describe, expect, it } from 'vitest';
import { blockWords, noiseNormals, normals, scalarNormals } from './stream.ts';

/** All draws are seeded, so these tests pass or fail for ever; bounds are at about one chance in a thousand. */

const seed = 20251007;
const cdf = gateOf('probit').value;

/** √N times the Kolmogorov–Smirnov distance from the standard normal distribution. */
function kolmogorovSmirnov(values: Float64Array): number {
  const sorted = values.toSorted();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    distance = Math.max(distance, p - i / n, (i + 1) / n - p);
  });
  return Math.sqrt(n) * distance;
}

/** √N times the sample correlation, known moments: about standard normal for independent normals. */
function correlation(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / Math.sqrt(a.length);
}

/** x² − 1, scaled to variance 1: correlations that signs hide. */
function squares(values: Float64Array): Float64Array {
  return values.map((x) => (x * x - 1) / Math.SQRT2);
}

/** The larger of the scaled correlations of values and of squares, in absolute value. */
function dependence(a: Float64Array, b: Float64Array): number {
  return Math.max(Math.abs(correlation(a, b)), Math.abs(correlation(squares(a), squares(b))));
}

function concat(parts: number, part: (i: number) => Float64Array): Float64Array {
  const pieces = Array.from({ length: parts }, (_, i) => part(i));
  const result = new Float64Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    result.set(piece, offset);
    offset += piece.length;
  }
  return result;
}

const streams: [string, () => Float64Array][] = [
  ['a batch of 64 columns', () => normals({ seed, stream: 'wide', step: 0, size: 4096 }, 64)],
  ['one column', () => normals({ seed, stream: 'narrow', step: 0, size: 65536 }, 1)],
  ['few rows of many columns', () => normals({ seed, stream: 'long', step: 0, size: 3 }, 60_000)],
  ['scalars', () => scalarNormals({ seed, stream: 'scalar', step: 0, size: 100_000 })],
  [
    'the first row of each step',
    () => concat(8192, (step) => normals({ seed, stream: 'steps', step, size: 1 }, 8)),
  ],
  [
    'the first row of each block',
    () => concat(8192, (b) => normals({ seed, stream: 'blocks', step: 0, size: 1 }, 8, 64 * b)),
  ],
  [
    'the first row of each seed',
    () => concat(8192, (s) => normals({ seed: s, stream: 'seeds', step: 0, size: 1 }, 8)),
  ],
  [
    'the first row of each name',
    () => concat(8192, (n) => normals({ seed, stream: `name${n}`, step: 0, size: 1 }, 8)),
  ],
];

describe('the distribution of normals', () => {
  it.each(streams)('is the normal one by Kolmogorov–Smirnov: %s', (_, draw) => {
    expect(kolmogorovSmirnov(draw())).toBeLessThan(1.95);
  });

  const many = normals({ seed, stream: 'tails', step: 0, size: 8192 }, 256);

  it.each([0.01, 0.1, 1, 2, 3, 4, 4.5])(
    'has as many numbers beyond ±%d as the normal one',
    (bound) => {
      for (const beyond of [(x: number) => x > bound, (x: number) => x < -bound]) {
        const expected = many.length * cdf(-bound);
        const count = many.reduce((sum, x) => sum + (beyond(x) ? 1 : 0), 0);
        expect(Math.abs(count - expected)).toBeLessThan(3.3 * Math.sqrt(expected) + 1);
      }
    },
  );

  it.each([
    [1, 0, 1],
    [2, 1, 3],
    [3, 0, 15],
    [4, 3, 105],
    [6, 15, 10395],
  ])('has moment %i of the normal one', (power, moment, secondMoment) => {
    const mean = many.reduce((sum, x) => sum + x ** power, 0) / many.length;
    const deviation = Math.sqrt((secondMoment - moment ** 2) / many.length);
    expect(Math.abs(mean - moment)).toBeLessThan(3.3 * deviation);
  });
});

describe('normals', () => {
  const rows = 16384;
  const columns = 24;
  const batch = normals({ seed, stream: 'independence', step: 0, size: rows }, columns);
  const columnOf = (j: number) =>
    Float64Array.from({ length: rows }, (_, i) => batch[i * columns + j]!);

  it('are independent across columns, of one panel and of different ones', () => {
    const data = Array.from({ length: columns }, (_, j) => columnOf(j));
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < i; j++) {
        expect(dependence(data[i]!, data[j]!), `columns ${i}, ${j}`).toBeLessThan(4.7);
      }
    }
  });

  it.each([1, 2, 8, 63, 64, 65, 128])('are independent across rows %i apart', (lag) => {
    const n = batch.length - lag * columns;
    expect(dependence(batch.slice(0, n), batch.slice(-n))).toBeLessThan(3.5);
  });

  it.each([1, 3, 4, 5, 8])(
    'are independent across columns %i apart in the same row and the next',
    (lag) => {
      const n = batch.length - lag;
      expect(dependence(batch.slice(0, n), batch.slice(-n))).toBeLessThan(3.5);
    },
  );

  const base = { seed, stream: 'online', step: 5, size: 4096 };
  it.each([
    ['the next step', { ...base, step: 6 }],
    ['a step far away', { ...base, step: 2 ** 32 - 1 }],
    ['the next seed', { ...base, seed: seed + 1 }],
    ['a seed of the same low half', { ...base, seed: seed + 2 ** 32 }],
    ['a name with one letter changed', { ...base, stream: 'onlinf' }],
    ['a name with letters swapped', { ...base, stream: 'onlien' }],
    ['the stream of its noise', { ...base, stream: 'online/noise' }],
  ])('are independent of those of %s', (_, other) => {
    expect(dependence(normals(base, 32), normals(other, 32))).toBeLessThan(3.5);
  });

  it('of a seed, of a step and of a block of one number are independent', () => {
    const diagonal = (f: (i: number) => Float64Array) => concat(2000, f);
    const bySeed = diagonal((i) => normals({ seed: i, stream: 's', step: 0, size: 1 }, 8));
    const byStep = diagonal((i) => normals({ seed: 0, stream: 's', step: i, size: 1 }, 8));
    const byBlock = diagonal((i) => normals({ seed: 0, stream: 's', step: 0, size: 1 }, 8, 64 * i));
    const beyondFirst = (values: Float64Array) => values.slice(8);
    expect(dependence(beyondFirst(bySeed), beyondFirst(byStep))).toBeLessThan(3.5);
    expect(dependence(beyondFirst(bySeed), beyondFirst(byBlock))).toBeLessThan(3.5);
    expect(dependence(beyondFirst(byStep), beyondFirst(byBlock))).toBeLessThan(3.5);
  });

  it('are independent of the label noise', () => {
    const draw = { seed, stream: 'labels', step: 0, size: 65536 };
    expect(dependence(normals(draw, 1), noiseNormals(draw))).toBeLessThan(3.5);
  });
});

describe('32-bit words', () => {
  const groups = 8192;
  const words = blockWords({ seed, stream: 'words', step: 0, block: 0 }, groups);
  const popcount = (word: number): number => {
    let bits = 0;
    for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) bits++;
    return bits;
  };

  it('have every bit of every lane set half the time', () => {
    for (let lane = 0; lane < 8; lane++) {
      for (let bit = 0; bit < 32; bit++) {
        let set = 0;
        for (let group = 0; group < groups; group++) set += (words[group * 8 + lane]! >>> bit) & 1;
        const score = (2 * set - groups) / Math.sqrt(groups);
        expect(Math.abs(score), `lane ${lane}, bit ${bit}`).toBeLessThan(4.5);
      }
    }
  });

  it.each([1, 2, 4, 7, 8, 16, 64 * 8])(
    'differ in half their bits from the word %i later',
    (lag) => {
      let bits = 0;
      const n = words.length - lag;
      for (let i = 0; i < n; i++) bits += popcount((words[i]! ^ words[i + lag]!) >>> 0);
      expect(Math.abs(bits - 16 * n) / Math.sqrt(8 * n)).toBeLessThan(3.5);
    },
  );

  it('differ in half their bits when one bit of the key changes', () => {
    const key = { seed: 12345, stream: 'avalanche', step: 678, block: 90 };
    const first = blockWords(key, 4);
    const flips = [
      ...Array.from({ length: 52 }, (_, bit) => ({ ...key, seed: flip(key.seed, bit) })),
      ...Array.from({ length: 32 }, (_, bit) => ({ ...key, step: flip(key.step, bit) })),
      ...Array.from({ length: 32 }, (_, bit) => ({ ...key, block: flip(key.block, bit) })),
    ];
    for (const flipped of flips) {
      let bits = 0;
      blockWords(flipped, 4).forEach((word, i) => {
        bits += popcount((word ^ first[i]!) >>> 0);
      });
      expect(Math.abs(bits - 512) / 16, JSON.stringify(flipped)).toBeLessThan(4);
    }
  });
});

function flip(value: number, bit: number): number {
  const weight = 2 ** bit;
  return Math.floor(value / weight) % 2 === 0 ? value + weight : value - weight;
}
