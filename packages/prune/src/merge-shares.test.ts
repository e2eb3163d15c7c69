import { forward, type MoE } from '@softmoe/model';
import { normals } from '@softmoe/teacher';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copiesOf, jittered, softmaxModel } from '../fixtures/softmax.ts';
import { merge } from './index.ts';

const d = 5;
const size = 40;
const points = normals({ seed: 2, stream: 'points', step: 0, size }, d);

function difference(a: MoE, b: MoE): number {
  const fb = forward(b, points, size);
  return forward(a, points, size).reduce((most, y, s) => Math.max(most, Math.abs(y - fb[s]!)), 0);
}

/** Shares of one unit's gate among its copies: positive, summing to 1. */
const shares = fc
  .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map((part) => part / parts.reduce((sum, x) => sum + x, 0)));

describe('merge under softmax routing', () => {
  it('keeps the function of exact copies, whatever their shares and signs', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.array(shares, { minLength: 1, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }),
        (seed, units, flips) => {
          const model = softmaxModel(seed, units.length, d);
          const copies = units.flatMap((parts, of) => parts.map((share) => ({ of, share })));
          const signed = copies.map((copy, i) => ({ ...copy, sign: flips[i] ? -1 : 1 }) as const);
          const split = copiesOf(model, signed);
          const groups = units.map((_, of) =>
            [...signed.keys()].filter((i) => signed[i]!.of === of),
          );
          const merged = merge(split, groups);
          expect(merged.spec.experts).toBe(units.length);
          expect(difference(merged, split)).toBeLessThan(1e-12);
          expect(difference(merged, model)).toBeLessThan(1e-12);
        },
      ),
    );
  });

  it('averages amplitudes by share where gate and expert coincide', () => {
    const split = copiesOf(softmaxModel(3, 2, d), [
      { of: 0, share: 0.2 },
      { of: 0, share: 0.8 },
      { of: 1, share: 1 },
    ]);
    split.params.amplitude.data.set([5, 10]);
    const merged = merge(split, [[0, 1], [2]]);
    expect(merged.params.amplitude.data[0]).toBeCloseTo(9, 12);
    expect(difference(merged, split)).toBeLessThan(1e-12);
  });

  it('changes the function of near copies in second order only', () => {
    const model = softmaxModel(4, 2, d);
    const copies = [
      { of: 0, share: 0.5 },
      { of: 1, share: 0.7 },
      { of: 0, share: 0.5 },
      { of: 1, share: 0.3 },
    ];
    const errorAt = (distance: number) => {
      const near = jittered(copiesOf(model, copies), distance, 7);
      return difference(
        merge(near, [
          [0, 2],
          [1, 3],
        ]),
        near,
      );
    };
    const ratio = errorAt(2e-3) / errorAt(1e-3);
    expect(ratio).toBeGreaterThan(3.5);
    expect(ratio).toBeLessThan(4.5);
  });

  it('leaves out a unit in no group', () => {
    const model = softmaxModel(5, 3, d);
    expect(merge(model, [[2], [0]])).toEqual(
      copiesOf(model, [
        { of: 2, share: 1 },
        { of: 0, share: 1 },
      ]),
    );
  });
});
