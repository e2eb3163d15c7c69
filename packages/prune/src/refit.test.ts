import { ndarray, ShapeError, ValueError } from '@softmoe/model';
import { dot } from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  combine,
  distanceLoss,
  type Features,
  gramOfFeatures,
  perturb,
  randomFeatures,
} from '../fixtures/synthetic.ts';
import { lossOf, refit } from './index.ts';

const seeds = fc.nat({ max: 2 ** 31 });
const target = (seed: number, n: number) => randomFeatures(seed, 1, n)[0]!;

function residual(features: Features, y: Float64Array, amplitude: Float64Array): Float64Array {
  const fit = combine(features, amplitude);
  return y.map((value, c) => value - fit[c]!);
}

describe('refit', () => {
  it('leaves a residual orthogonal to every unit, of the loss that it reports', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 12 }), (seed, m) => {
        const features = randomFeatures(seed, m, 20);
        const y = target(seed + 1, 20);
        const gram = gramOfFeatures(features, y);
        const { amplitude, loss, dependent } = refit(gram);
        const rest = residual(features, y, amplitude.data);
        for (const u of features) {
          expect(Math.abs(dot(u, rest))).toBeLessThan(1e-10 * Math.sqrt(dot(u, u) * dot(y, y)));
        }
        expect(Math.abs(loss - 0.5 * dot(rest, rest))).toBeLessThan(1e-13 * gram.target);
        expect(Math.abs(lossOf(gram, amplitude.data) - loss)).toBeLessThan(1e-12 * gram.target);
        expect(dependent).toEqual([]);
      }),
    );
  });

  it('gives a perfect fit its amplitudes and a loss at the rounding floor', () => {
    const features = randomFeatures(3, 8, 30);
    const weights = [2, -1, 0.5, 3, 0, 1e-3, -4, 1];
    const gram = gramOfFeatures(features, combine(features, weights));
    const { amplitude, loss } = refit(gram);
    weights.forEach((weight, i) => {
      expect(Math.abs(amplitude.data[i]! - weight)).toBeLessThan(1e-13);
    });
    expect(Math.abs(loss)).toBeLessThan(1e-15 * gram.target);
  });

  it('gives exact duplicates, scaled copies and zero functions amplitude 0', () => {
    const [u, v] = randomFeatures(4, 2, 10) as [Float64Array, Float64Array];
    const y = target(5, 10);
    const features = [u, v, u, v.map((x) => -3 * x), new Float64Array(10)];
    const { amplitude, loss, dependent } = refit(gramOfFeatures(features, y));
    expect(dependent).toHaveLength(3);
    for (const unit of dependent) expect(amplitude.data[unit]).toBe(0);
    expect(loss).toBeCloseTo(distanceLoss([u, v], y), 13);
  });

  it.each([1e-2, 1e-4, 1e-5])('resolves near duplicates at distance %d', (distance) => {
    const features = randomFeatures(6, 5, 40);
    const all = [...features, ...features.map((u, i) => perturb(u, distance, 100 + i))];
    const y = target(7, 40);
    const { loss, dependent } = refit(gramOfFeatures(all, y));
    expect(dependent).toEqual([]);
    const exact = distanceLoss(all, y);
    expect(Math.abs(loss / exact - 1)).toBeLessThan((50 * 2 ** -52) / distance ** 2);
  });

  it('takes near duplicates at distance 1e-8 for one unit', () => {
    const features = randomFeatures(6, 5, 40);
    const all = [...features, ...features.map((u, i) => perturb(u, 1e-8, 100 + i))];
    const y = target(7, 40);
    const { amplitude, loss, dependent } = refit(gramOfFeatures(all, y));
    expect(dependent).toHaveLength(5);
    expect(Math.max(...amplitude.data.map(Math.abs))).toBeLessThan(10);
    expect(Math.abs(loss / distanceLoss(features, y) - 1)).toBeLessThan(1e-6);
  });

  it('takes units closer than the noise for one', () => {
    const [u, v] = randomFeatures(8, 2, 10) as [Float64Array, Float64Array];
    const gram = gramOfFeatures([u, v, perturb(u, 1e-2, 1)], target(9, 10));
    expect(refit(gram).dependent).toEqual([]);
    expect(refit(gram, [0, 1, 2], { noise: 1e-3 }).dependent).toHaveLength(1);
  });

  it('survives errors of the entries up to the noise', () => {
    const features = randomFeatures(10, 6, 30);
    const all = [...features, ...features];
    const gram = gramOfFeatures(all, combine(features, [1, 1, 1, 1, 1, 1]));
    const rounded = {
      students: ndarray([12, 12], Float32Array.from(gram.students.data)),
      cross: ndarray([12], Float32Array.from(gram.cross.data)),
      target: Math.fround(gram.target),
    };
    const { amplitude, loss } = refit(rounded, undefined, { noise: 1e-6 });
    expect(Math.abs(loss)).toBeLessThan(1e-6 * gram.target);
    for (const a of amplitude.data)
      expect(Math.min(Math.abs(a), Math.abs(a - 1))).toBeLessThan(1e-5);
  });

  it('fits the kept units alone, in the order given', () => {
    const features = randomFeatures(11, 5, 12);
    const y = target(12, 12);
    const gram = gramOfFeatures(features, y);
    const { amplitude, loss } = refit(gram, [3, 0]);
    expect(amplitude.shape).toEqual([2]);
    expect(loss).toBeCloseTo(distanceLoss([features[3]!, features[0]!], y), 12);
    expect([...refit(gram, [0, 3]).amplitude.data].reverse()).toEqual([...amplitude.data]);
  });

  it('has the null loss without units', () => {
    const gram = gramOfFeatures(randomFeatures(13, 3, 9), target(14, 9));
    expect(refit(gram, []).loss).toBe(gram.target / 2);
    expect(refit(gram, []).amplitude.shape).toEqual([0]);
  });

  it('keeps of dependent units the one that explains the target', () => {
    const [u, v] = randomFeatures(15, 2, 10) as [Float64Array, Float64Array];
    const sum = combine([u, v], [1, 1]);
    const { amplitude } = refit(gramOfFeatures([u, v, sum], sum));
    expect(amplitude.data[2]).toBeCloseTo(1, 13);
  });
});

describe('Gram data', () => {
  const gram = gramOfFeatures(randomFeatures(16, 3, 9), target(17, 9));
  const { students, cross } = gram;
  const replaced = (index: number, value: number) =>
    ndarray(students.shape, students.data.with(index, value));

  it('that is not finite is refused', () => {
    expect(() => refit({ ...gram, students: replaced(4, NaN) })).toThrow(ValueError);
    expect(() => refit({ ...gram, cross: ndarray([3], [1, Infinity, 0]) })).toThrow(ValueError);
    expect(() => refit({ ...gram, target: NaN })).toThrow(/gram\.target/);
  });

  it('of shapes that do not match is refused', () => {
    expect(() => refit({ ...gram, students: ndarray([9], students.data) })).toThrow(ShapeError);
    expect(() => refit({ ...gram, cross: ndarray([2], cross.data.slice(1)) })).toThrow(ShapeError);
    const empty = { students: ndarray([0, 0], []), cross: ndarray([0], []), target: 1 };
    expect(() => refit(empty)).toThrow(ShapeError);
  });

  it('that is asymmetric is refused, unless the noise explains it', () => {
    const skewed = { ...gram, students: replaced(1, students.data[1]! + 1e-5) };
    expect(() => refit(skewed)).toThrow(/not symmetric/);
    expect(() => refit(skewed, undefined, { noise: 1e-5 })).not.toThrow();
  });

  it('that is no second moment is refused', () => {
    expect(() => refit({ ...gram, students: replaced(0, -1) })).toThrow(ValueError);
    expect(() => refit({ ...gram, target: 0 })).toThrow(/gram\.cross/);
    const tooClose = ndarray([2, 2], [1, 2, 2, 1]);
    expect(() => refit({ students: tooClose, cross: ndarray([2], [0, 0]), target: 1 })).toThrow(
      /exceeds/,
    );
    const indefinite = ndarray([3, 3], [1, -0.9, -0.9, -0.9, 1, -0.9, -0.9, -0.9, 1]);
    const noCross = ndarray([3], [0, 0, 0]);
    expect(() => refit({ students: indefinite, cross: noCross, target: 1 })).toThrow(/indefinite/);
    const identity = ndarray([2, 2], [1, 0, 0, 1]);
    const tooMuch = { students: identity, cross: ndarray([2], [0.9, 0.9]), target: 1 };
    expect(() => refit(tooMuch)).toThrow(/gram\.target/);
  });

  it('is refused with units that do not exist or come twice, or a noise out of range', () => {
    expect(() => refit(gram, [0, 3])).toThrow(/kept\[1\]/);
    expect(() => refit(gram, [0.5])).toThrow(ValueError);
    expect(() => refit(gram, [1, 1])).toThrow(/twice/);
    expect(() => refit(gram, [1], { noise: -1 })).toThrow(/noise/);
  });
});
