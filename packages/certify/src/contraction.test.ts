import { type Params, scaleParams } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import {
  distancesTo,
  measureContraction,
  measureDistanceContraction,
  measureOrder,
  onePointConvexity,
  predictContraction,
} from './contraction.ts';

const NO_ROWS = { shape: [0, 1], data: new Float64Array() };
const point = (...values: number[]): Params => ({
  router: NO_ROWS,
  expert: NO_ROWS,
  amplitude: { shape: [values.length], data: Float64Array.from(values) },
});
const origin = point(0, 0);
/** Gradient descent on ½(x² + 3y²) with that step. */
function descent(step: number, steps: number, start: readonly [number, number]) {
  let [x, y] = start;
  return Array.from({ length: steps }, (_, n) => {
    const at = { step: n, point: point(x, y), gradient: point(x, 3 * y) };
    [x, y] = [x * (1 - step), y * (1 - 3 * step)];
    return at;
  });
}
const alongX = (displacement: Params) => Math.abs(displacement.amplitude!.data[0]!);

describe('contraction', () => {
  it('is predicted by the worse end of the spectrum', () => {
    expect(predictContraction(0.5, 1, 3)).toBe(0.25);
    expect(predictContraction(0.6, 1, 3)).toBeCloseTo(0.64, 15);
    expect(predictContraction(0.5, 0, 3)).toBe(1);
  });

  it('is measured on the slowest part, whatever else the distance holds', () => {
    const trail = descent(0.1, 300, [1e-9, 1]);
    const distances = distancesTo(origin, trail, alongX);
    expect(measureContraction(distances)).toBeCloseTo(0.81, 12);
    expect(measureDistanceContraction(distances)).toBeLessThan(0.809);
  });

  it('of the whole distance is the same once the slowest part is all that is left', () => {
    const distances = distancesTo(origin, descent(0.1, 300, [1, 1]), alongX);
    expect(measureDistanceContraction(distances)).toBeCloseTo(0.81, 8);
    expect(measureContraction(distances)).toBeCloseTo(0.81, 12);
  });

  it('is not measured outside the window, nor on one point', () => {
    const distances = distancesTo(origin, descent(0.1, 100, [1, 1]), alongX);
    expect(measureContraction(distances)).toBeUndefined();
    expect(measureDistanceContraction(distances)).toBeUndefined();
    const [inside] = distancesTo(origin, descent(0.1, 1, [1e-8, 0]), alongX);
    expect(measureContraction([inside!])).toBeUndefined();
  });
});

describe('measureOrder', () => {
  const errors = (...distances: number[]) =>
    distances.map((distance, step) => ({ step, distance }));

  it('reads the last three errors above rounding', () => {
    expect(measureOrder(errors(1, 1e-1, 1e-2, 1e-4, 1e-8, 1e-16))).toBeCloseTo(2, 12);
    expect(measureOrder(errors(1, 1e-1, 1e-2, 1e-3, 1e-4))).toBeCloseTo(1, 12);
  });

  it('is undefined without three consecutive errors that fall', () => {
    expect(measureOrder(errors(1e-2, 1e-4))).toBeUndefined();
    expect(measureOrder(errors(1e-2, 1e-2, 1e-2))).toBeUndefined();
    expect(measureOrder(errors(1, 1e-4, 1e-16, 1e-16))).toBeUndefined();
    const everyOther = errors(1, 1e-2, 1e-4).map((e) => ({ ...e, step: 2 * e.step }));
    expect(measureOrder(everyOther)).toBeUndefined();
  });
});

describe('onePointConvexity', () => {
  it('is the least curvature towards the limit along the run', () => {
    const trail = descent(0.1, 40, [1, 1]);
    const constant = onePointConvexity(origin, trail)!;
    expect(constant).toBeGreaterThan(1);
    expect(constant).toBeLessThan(1.001);
  });

  it('is negative where a gradient points away, and undefined at the limit itself', () => {
    const [at] = descent(0.1, 1, [1, 1]);
    const away = { ...at!, gradient: scaleParams(-1, at!.gradient) };
    expect(onePointConvexity(origin, [at!, away])).toBe(-2);
    expect(onePointConvexity(at!.point, [at!])).toBeUndefined();
  });
});
