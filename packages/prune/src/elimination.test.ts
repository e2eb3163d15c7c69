import { type Gram, ndarray, ShapeError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  combine,
  distanceLoss,
  type Features,
  gramOfFeatures,
  permute,
  perturb,
  randomFeatures,
} from '../fixtures/synthetic.ts';
import trained from '../fixtures/trained.json' with { type: 'json' };
import { type CurvePoint, cliff, eliminationCurve, refit } from './index.ts';

const seeds = fc.nat({ max: 2 ** 31 });

/** Random units, near-duplicates among them, against a target that they explain in part. */
const problems = fc
  .record({
    seed: seeds,
    distances: fc.array(fc.constantFrom(0.3, 1e-1, 1e-2, 1e-3), { maxLength: 4 }),
    independent: fc.integer({ min: 1, max: 6 }),
  })
  .map(({ seed, distances, independent }) => {
    const base = randomFeatures(seed, independent, 24);
    const copies = distances.map((distance, i) =>
      perturb(base[i % independent]!, distance, seed + i),
    );
    const features = [...base, ...copies];
    const weights = features.map((_, i) => 1 + (i % 3));
    return { features, target: perturb(combine(features, weights), 0.2, seed + 100) };
  });

const at = (curve: readonly CurvePoint[], size: number) => curve.find((p) => p.size === size)!;

function bruteForceGreedy(features: Features, target: Float64Array): number[] {
  let kept = features.map((_, i) => i);
  const lossOf = (units: number[]) =>
    distanceLoss(
      units.map((i) => features[i]!),
      target,
    );
  const losses = [lossOf(kept)];
  while (kept.length > 0) {
    const candidates = kept.map((unit) => kept.filter((other) => other !== unit));
    kept = candidates.reduce((best, next) => (lossOf(next) < lossOf(best) ? next : best));
    losses.push(lossOf(kept));
  }
  return losses;
}

function bestSubsets(features: Features, target: Float64Array): number[] {
  const m = features.length;
  const best = new Array<number>(m + 1).fill(Infinity);
  for (let mask = 0; mask < 2 ** m; mask++) {
    const subset = features.filter((_, i) => (mask >> i) & 1);
    best[subset.length] = Math.min(best[subset.length]!, distanceLoss(subset, target));
  }
  return best;
}

describe('the elimination curve', () => {
  it('is greedy backward elimination, by brute force on the vectors themselves', () => {
    fc.assert(
      fc.property(problems, ({ features, target }) => {
        const curve = eliminationCurve(gramOfFeatures(features, target));
        const expected = bruteForceGreedy(features, target);
        curve.forEach(({ loss }, i) => {
          expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-7 * expected.at(-1)!);
        });
      }),
    );
  });

  it('runs from all units to none, nested, its losses those of a refit and never falling', () => {
    fc.assert(
      fc.property(problems, ({ features, target }) => {
        const gram = gramOfFeatures(features, target);
        const curve = eliminationCurve(gram);
        expect(curve.map((p) => p.size)).toEqual(
          Array.from({ length: features.length + 1 }, (_, i) => features.length - i),
        );
        curve.forEach(({ size, loss, kept }, i) => {
          expect(kept).toHaveLength(size);
          expect(kept).toEqual(kept.toSorted((a, b) => a - b));
          expect(Math.abs(loss - refit(gram, kept).loss)).toBeLessThan(1e-9 * gram.target);
          const previous = curve[i - 1];
          if (!previous) return;
          expect(loss).toBeGreaterThanOrEqual(previous.loss);
          expect(kept.every((unit) => previous.kept.includes(unit))).toBe(true);
        });
        expect(Math.abs(curve.at(-1)!.loss - 0.5 * gram.target)).toBeLessThan(1e-14 * gram.target);
      }),
    );
  });

  it('does not depend on the order of the units nor on their scales, and scales with the target', () => {
    fc.assert(
      fc.property(problems, seeds, ({ features, target }, seed) => {
        const gram = gramOfFeatures(features, target);
        const keys = randomFeatures(seed, 1, features.length)[0]!;
        const order = [...keys.keys()].sort((i, l) => keys[i]! - keys[l]!);
        const scaled = gramOfFeatures(
          features.map((u, i) => u.map((x) => x * 10 ** (3 * keys[i]!))),
          target.map((y) => 50 * y),
        );
        const curve = eliminationCurve(gram);
        const shuffled = eliminationCurve(permute(gram, order));
        const rescaled = eliminationCurve(scaled);
        curve.forEach(({ loss, kept }, i) => {
          expect(Math.abs(shuffled[i]!.loss - loss)).toBeLessThan(1e-8 * gram.target);
          expect(shuffled[i]!.kept.map((unit) => order[unit]!).sort((a, b) => a - b)).toEqual(kept);
          expect(Math.abs(rescaled[i]!.loss / 2500 - loss)).toBeLessThan(1e-8 * gram.target);
        });
      }),
    );
  });

  it('holds the best subset of every size most of the time', () => {
    let optimal = 0;
    let total = 0;
    for (let seed = 0; seed < 40; seed++) {
      const features = randomFeatures(seed, 7, 20);
      const target = perturb(combine(features, [3, -2, 1, 1, 0.5, -0.3, 0.1]), 0.1, seed);
      const curve = eliminationCurve(gramOfFeatures(features, target));
      const best = bestSubsets(features, target);
      for (const { size, loss } of curve.filter((p) => p.size > 0 && p.size < 7)) {
        expect(loss).toBeGreaterThan(best[size]! * (1 - 1e-9));
        total++;
        if (loss < best[size]! * (1 + 1e-9)) optimal++;
      }
    }
    expect(total).toBe(240);
    expect(optimal).toBeGreaterThanOrEqual(230);
  });
});

describe('duplicate units', () => {
  const k = 5;
  const base = randomFeatures(21, k, 60);
  const weights = [1, -1.5, 2, 0.7, 1];
  const target = combine(base, weights);
  const copies = (distance: number) =>
    base.flatMap((u, i) => [
      perturb(u, distance, 3 * i),
      perturb(u, distance, 3 * i + 1),
      perturb(
        u.map((x) => -2 * x),
        distance,
        3 * i + 2,
      ),
    ]);

  it('that are exact leave the curve at the rounding floor down to k, and a cliff there', () => {
    const gram = gramOfFeatures(copies(0), target);
    const curve = eliminationCurve(gram);
    for (const { size, loss } of curve) {
      if (size >= k) expect(Math.abs(loss)).toBeLessThan(1e-15 * gram.target);
    }
    expect(at(curve, k - 1).loss).toBeGreaterThan(1e-2 * gram.target);
    expect(at(curve, k).kept.map((unit) => Math.floor(unit / 3))).toEqual([0, 1, 2, 3, 4]);
    expect(cliff(curve).size).toBe(k);
  });

  it.each([1e-8, 1e-6, 1e-4, 1e-2])('at distance %d leave the cliff at k', (distance) => {
    const gram = gramOfFeatures(copies(distance), target);
    const curve = eliminationCurve(gram);
    expect(cliff(curve).size).toBe(k);
    expect(at(curve, k).loss).toBeLessThan(10 * distance ** 2 * gram.target + 1e-15 * gram.target);
    expect(at(curve, k).kept.map((unit) => Math.floor(unit / 3))).toEqual([0, 1, 2, 3, 4]);
  });

  it('cost no accuracy where updates of the inverse Gram matrix lose it', () => {
    const features = copies(1e-5);
    const noisy = perturb(combine(base, weights), 1e-3, 77);
    const gram = gramOfFeatures(features, noisy);
    for (const { kept, loss } of eliminationCurve(gram).filter((p) => p.size <= k)) {
      const exact = distanceLoss(
        kept.map((i) => features[i]!),
        noisy,
      );
      expect(Math.abs(loss / exact - 1)).toBeLessThan(1e-6);
    }
  });

  it('of a trained student end at the number of teacher units', () => {
    const curve = eliminationCurve(trainedGram());
    expect(at(curve, 6).loss).toBeLessThan(5e-4);
    expect(at(curve, 5).loss).toBeLessThan(5e-3);
    expect(at(curve, 4).loss).toBeGreaterThan(0.14);
    expect(cliff(curve).size).toBe(5);
  });
});

describe('the elimination curve in small and odd cases:', () => {
  it('that of one unit has two points', () => {
    const gram = { students: ndarray([1, 1], [4]), cross: ndarray([1], [2]), target: 3 };
    const curve = eliminationCurve(gram);
    expect(curve.map((p) => p.kept)).toEqual([[0], []]);
    expect(curve[0]!.loss).toBeCloseTo(1, 15);
    expect(curve[1]!.loss).toBeCloseTo(1.5, 15);
  });

  it('that of a zero target is zero', () => {
    const gram = { students: ndarray([1, 1], [4]), cross: ndarray([1], [0]), target: 0 };
    expect(eliminationCurve(gram).map((p) => p.loss)).toEqual([0, 0]);
  });

  it('that of 64 units, most of them redundant, has its cliff at 8', () => {
    const base = randomFeatures(31, 8, 200);
    const features = Array.from({ length: 64 }, (_, i) => perturb(base[i % 8]!, 10 ** -(i % 9), i));
    const curve = eliminationCurve(
      gramOfFeatures(features, combine(base, [1, 1, 1, 1, 1, 1, 1, 1])),
    );
    expect(curve).toHaveLength(65);
    expect(cliff(curve).size).toBe(8);
  });

  it('that of bad Gram data is refused', () => {
    const gram = { students: ndarray([1, 2], [1, 0]), cross: ndarray([1], [1]), target: 1 };
    expect(() => eliminationCurve(gram)).toThrow(ShapeError);
  });
});

function trainedGram(): Gram {
  const m = trained.cross.length;
  return {
    students: ndarray([m, m], trained.students.flat()),
    cross: ndarray([m], trained.cross),
    target: trained.target,
  };
}
