import { ndarray, ValueError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gramOfFeatures, permute, perturb, randomFeatures } from '../fixtures/synthetic.ts';
import { clusters, redundancy } from './index.ts';

/** Unit vectors in the plane at these angles, in degrees. */
const plane = (...degrees: number[]) =>
  gramOfFeatures(
    degrees.map((a) =>
      Float64Array.of(Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)),
    ),
    Float64Array.of(1, 1),
  );

const seeds = fc.nat({ max: 2 ** 31 });

describe('redundancy', () => {
  it('is the absolute cosine between units, whatever their sizes and signs', () => {
    const { shape, data } = redundancy(
      gramOfFeatures(
        [Float64Array.of(2, 0), Float64Array.of(-3, 3), Float64Array.of(0, 5)],
        Float64Array.of(1, 0),
      ),
    );
    expect(shape).toEqual([3, 3]);
    const half = Math.SQRT1_2;
    [1, half, 0, half, 1, half, 0, half, 1].forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value, 15);
    });
  });

  it('never exceeds 1 and is symmetric', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const base = randomFeatures(seed, 3, 5);
        const { data } = redundancy(
          gramOfFeatures([...base, ...base.map((u) => u.map((x) => -x / 3))], base[0]!),
        );
        for (let i = 0; i < 6; i++) {
          for (let l = 0; l < 6; l++) {
            expect(data[i * 6 + l]).toBeLessThanOrEqual(1);
            expect(data[i * 6 + l]).toBe(data[l * 6 + i]);
          }
          expect(data[i * 6 + ((i + 3) % 6)]).toBeCloseTo(1, 14);
        }
      }),
    );
  });

  it('of the zero function is 0', () => {
    const gram = gramOfFeatures(
      [new Float64Array(2), Float64Array.of(1, 0)],
      Float64Array.of(1, 1),
    );
    expect([...redundancy(gram).data]).toEqual([1, 0, 0, 1]);
  });
});

describe('clusters', () => {
  it('holds copies together, with their signs, and the rest apart', () => {
    const base = randomFeatures(2, 3, 50);
    const [a, b, c] = base as [Float64Array, Float64Array, Float64Array];
    const negative = b.map((x) => -2 * x);
    const gram = gramOfFeatures([a, negative, b, perturb(b, 1e-2, 1), c, a], a);
    expect(clusters(gram)).toEqual([
      { units: [0, 5], signs: [1, 1] },
      { units: [1, 2, 3], signs: [1, -1, -1] },
      { units: [4], signs: [1] },
    ]);
  });

  it('does not chain units whose ends are unlike', () => {
    const gram = plane(0, 20, 41, 62);
    const units = clusters(gram, { redundancy: Math.cos(Math.PI / 6) }).map((c) => c.units);
    expect(units).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('is a partition in which every two units are redundant', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.5, max: 1, noNaN: true }), (seed, threshold) => {
        const gram = gramOfFeatures(randomFeatures(seed, 10, 2), Float64Array.of(1, 0));
        const { data } = redundancy(gram);
        const result = clusters(gram, { redundancy: threshold });
        expect(result.flatMap((c) => c.units).sort((i, l) => i - l)).toEqual([...Array(10).keys()]);
        for (const { units, signs } of result) {
          units.forEach((i, a) => {
            units.forEach((l, b) => {
              if (i !== l) expect(data[i * 10 + l]).toBeGreaterThanOrEqual(threshold);
              if (threshold > 0.51) {
                expect(Math.sign(gram.students.data[i * 10 + l]!)).toBe(signs[a]! * signs[b]!);
              }
            });
          });
        }
      }),
    );
  });

  it('does not depend on the order of the units', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const gram = gramOfFeatures(randomFeatures(seed, 8, 3), Float64Array.of(1, 0, 0));
        const order = [3, 1, 7, 0, 6, 2, 5, 4];
        const original = clusters(gram).map((c) => c.units.join());
        const shuffled = clusters(permute(gram, order)).map((c) =>
          c.units
            .map((unit) => order[unit]!)
            .sort((i, l) => i - l)
            .join(),
        );
        expect(shuffled.sort()).toEqual(original.sort());
      }),
    );
  });

  it('refuses a redundancy below one half or above 1, and bad Gram data', () => {
    expect(() => clusters(plane(0, 10), { redundancy: 0.4 })).toThrow(/redundancy/);
    expect(() => clusters(plane(0, 10), { redundancy: NaN })).toThrow(ValueError);
    const { students } = plane(0, 10);
    const bad = { students, cross: ndarray([2], [NaN, 0]), target: 1 };
    expect(() => clusters(bad)).toThrow(ValueError);
    expect(() => redundancy(bad)).toThrow(ValueError);
  });
});
