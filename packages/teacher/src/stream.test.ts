import type { Draw } from '@softmoe/model';
import { ValueError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../fixtures/stream.json' with { type: 'json' };
import { blockWords, noiseNormals, normals, scalarNormals } from './stream.ts';

const draws: fc.Arbitrary<Draw> = fc.record({
  seed: fc.maxSafeNat(),
  stream: fc.string({ minLength: 1, unit: 'grapheme' }),
  step: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  size: fc.integer({ min: 1, max: 200 }),
});
const columnCounts = fc.integer({ min: 1, max: 40 });

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `number ${i}`).toBeLessThan(
      4e-16 * Math.max(1, Math.abs(value)),
    );
  });
}

describe('the independent implementation of fixtures/stream.py', () => {
  it.each(golden.words)(
    'gives the same words for seed $seed, $stream, step $step, block $block',
    (entry) => {
      expect([...blockWords(entry, entry.words.length / 8)]).toEqual(entry.words);
    },
  );

  it.each(golden.normals)(
    'gives the same normals for seed $seed, $stream, $columns columns',
    (entry) => {
      entry.rows.forEach((row, i) => {
        expectClose(normals({ ...entry, size: 1 }, entry.columns, row), entry.values[i]!);
      });
    },
  );

  it.each(golden.scalars)('gives the same scalar normals for seed $seed, $stream', (entry) => {
    expectClose(scalarNormals({ ...entry, size: entry.values.length }), entry.values);
  });
});

describe('normals', () => {
  /** Computed once with this code: they guard the last bit, which the tolerance above leaves open. */
  it('keep the bits on record', () => {
    const values = normals({ seed: 2025, stream: 'bits', step: 7, size: 70 }, 19);
    expect(checksum(values)).toBe('528d64fb');
  });

  it('have rows that depend neither on size nor on where a range starts', () => {
    fc.assert(
      fc.property(draws, columnCounts, fc.nat(150), (draw, columns, skip) => {
        const whole = normals({ ...draw, size: skip + draw.size }, columns);
        expect(normals(draw, columns, skip)).toEqual(whole.slice(skip * columns));
      }),
    );
  });

  it('have columns that do not depend on how many there are', () => {
    fc.assert(
      fc.property(draws, columnCounts, fc.integer({ min: 1, max: 20 }), (draw, columns, more) => {
        const narrow = normals(draw, columns);
        const wide = normals(draw, columns + more);
        for (let i = 0; i < narrow.length; i++) {
          const row = Math.floor(i / columns);
          expect(narrow[i]).toBe(wide[row * (columns + more) + (i % columns)]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('and label noise, one a row, depend neither on size nor on where a range starts', () => {
    fc.assert(
      fc.property(draws, fc.nat(150), (draw, skip) => {
        for (const draws of [scalarNormals, noiseNormals]) {
          const whole = draws({ ...draw, size: skip + draw.size });
          expect(draws(draw, skip)).toEqual(whole.slice(skip));
        }
      }),
    );
  });

  it('are a function of the arguments of the draw', () => {
    fc.assert(
      fc.property(draws, columnCounts, (draw, columns) => {
        expect(normals(draw, columns)).toEqual(normals({ ...draw }, columns));
      }),
    );
  });

  it('differ wherever seed, name or step differ', () => {
    fc.assert(
      fc.property(draws, draws, (a, b) => {
        fc.pre(a.seed !== b.seed || a.stream !== b.stream || a.step !== b.step);
        const shared = new Set(normals({ ...a, size: 64 }, 1));
        const common = normals({ ...b, size: 64 }, 1).filter((x) => shared.has(x));
        expect(common.length).toBeLessThan(8);
      }),
    );
  });

  it('never go beyond √(48 ln 2)', () => {
    const values = normals({ seed: 1, stream: 'range', step: 0, size: 4096 }, 64);
    expect(values.every((x) => Math.abs(x) <= Math.sqrt(48 * Math.LN2))).toBe(true);
  });
});

describe('scalarNormals and noiseNormals', () => {
  it('give numbers that do not depend on size', () => {
    fc.assert(
      fc.property(draws, fc.integer({ min: 1, max: 100 }), (draw, more) => {
        const longer = scalarNormals({ ...draw, size: draw.size + more });
        expect(scalarNormals(draw)).toEqual(longer.slice(0, draw.size));
      }),
    );
  });

  it('lay number i of a block at column i mod 8 of its group ⌊i/8⌋', () => {
    const draw = { seed: 11, stream: 'layout', step: 3, size: 64 };
    const rows = normals({ ...draw, size: 8 }, 8);
    expect(scalarNormals(draw)).toEqual(rows);
  });

  it('draw label noise from a stream of its own', () => {
    const draw = { seed: 4, stream: 'online', step: 2, size: 100 };
    expect(noiseNormals(draw)).toEqual(scalarNormals({ ...draw, stream: 'online/noise' }));
  });
});

describe('a draw', () => {
  const good = { seed: 1, stream: 'a', step: 0, size: 1, block: 0 };
  const cases: [string, Partial<typeof good>][] = [
    ...[-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY].map(
      (seed): [string, Partial<typeof good>] => ['seed', { seed }],
    ),
    ...[-1, 1.5, 2 ** 32, Number.NaN].map((step): [string, Partial<typeof good>] => [
      'step',
      { step },
    ]),
    ['stream', { stream: '' }],
    ['stream', { stream: 'a\ud800' }],
  ];

  it.each(cases)('with a bad %s is refused by a ValueError that names it: %j', (field, bad) => {
    const key = { ...good, ...bad };
    for (const call of [
      () => normals(key, 3),
      () => scalarNormals(key),
      () => noiseNormals(key),
      () => blockWords(key, 1),
    ]) {
      expect(call).toThrow(ValueError);
      expect(call).toThrow(
        expect.objectContaining({ field, value: bad[field as keyof typeof bad] }),
      );
    }
  });

  it.each([0, -1, 2.5, 2 ** 40, Number.NaN])('of size %d is refused', (size) => {
    for (const call of [
      () => normals({ ...good, size }, 3),
      () => noiseNormals({ ...good, size }),
    ]) {
      expect(call).toThrow(ValueError);
      expect(call).toThrow(/^size: /);
    }
  });

  it('of bad columns, firstRow, block or groups is refused', () => {
    expect(() => normals(good, 0)).toThrow(/^columns: /);
    expect(() => normals(good, 1.5)).toThrow(/^columns: /);
    expect(() => normals(good, 1, -1)).toThrow(/^firstRow: /);
    expect(() => normals(good, 1, 2 ** 38)).toThrow(/^firstRow: /);
    expect(() => scalarNormals(good, 0.5)).toThrow(/^firstRow: /);
    expect(() => noiseNormals(good, 2 ** 38)).toThrow(/^firstRow: /);
    expect(() => blockWords({ ...good, block: 2 ** 32 }, 1)).toThrow(/^block: /);
    expect(() => blockWords(good, 0)).toThrow(/^groups: /);
  });

  it('whose numbers do not fit in memory is refused, and told why', () => {
    const huge = { ...good, size: 2 ** 38 };
    expect(() => normals(huge, 2 ** 20)).toThrow(ValueError);
    expect(() => normals(huge, 2 ** 20)).toThrow(/^shape: .*do not fit in memory/);
    expect(() => scalarNormals(huge)).toThrow(/^shape: .*do not fit in memory/);
  });
});

/** FNV-1a over the bytes of the numbers, little-endian. */
function checksum(values: Float64Array): string {
  const view = new DataView(new ArrayBuffer(8));
  let hash = 0x811c9dc5;
  for (const value of values) {
    view.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) hash = Math.imul(hash ^ view.getUint8(i), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
