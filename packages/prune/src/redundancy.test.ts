import { ndarray, ValueError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gramOfFeatures, randomFeatures } from '../fixtures/synthetic.ts';
import { redundancy } from './gram.ts';

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

  it('is 0 between the zero function and any other', () => {
    const gram = gramOfFeatures(
      [new Float64Array(2), Float64Array.of(1, 0)],
      Float64Array.of(1, 1),
    );
    expect([...redundancy(gram).data]).toEqual([1, 0, 0, 1]);
  });

  it('refuses bad Gram data', () => {
    const students = ndarray([2, 2], [1, 0.9, 0.9, 1]);
    const bad = { students, cross: ndarray([2], [NaN, 0]), target: 1 };
    expect(() => redundancy(bad)).toThrow(ValueError);
  });
});
