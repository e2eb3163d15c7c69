import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decades, drawable, lanesOf, roundTicks } from './axes.ts';

it('keeps every value within the decades of the axis', () => {
  const positive = fc.double({ min: 1e-17, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1 }), (values) => {
      const [low, high] = decades(values, 'loss').domain as [number, number];
      return values.every((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
    }),
  );
});

it('draws rounding errors at the floor of float64', () => {
  expect([drawable(0), drawable(-3e-16), drawable(0.5)]).toEqual([1e-17, 3e-16, 0.5]);
});

it('gives round ticks up to the end', () => {
  expect(roundTicks(150, 6)).toEqual([0, 50, 100, 150]);
  expect(roundTicks(1, 5)).toHaveLength(6);
});

it('puts neighbours that are too close into different lanes', () => {
  expect(lanesOf([10, 1, 10.5, 2], 1)).toEqual([0, 0, 1, 0]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (positions) => {
      const lanes = lanesOf(positions, 3);
      return positions.every((a, i) =>
        positions.every((b, j) => i === j || lanes[i] !== lanes[j] || Math.abs(a - b) >= 3),
      );
    }),
  );
});
