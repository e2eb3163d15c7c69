import { at, exp } from '@softmoe/model/linalg';

/** E[f(ξ) He_n(ξ)]/√n! for n = 0 … length − 1 with ξ ~ N(0, 1), an estimate of their absolute error, and √(E f(ξ)²). */
export interface Measured {
  readonly normalised: Float64Array;
  readonly error: number;
  readonly norm: number;
}

/** Coefficients by which a kink or a jump is told. */
export const FEW = 16;
/** Half the length of the grid, and its first step. */
const END = 16;
export const STEP = 0.01;
const HALVINGS = 3;
/** Beside the norm of a function: what two grids may differ by, and what a given coefficient may. */
export const AGREE = 1e-13;
export const GIVEN = 1e-9;

/**
 * Moments by the trapezoid rule on two grids that share no point, of which each is as good as the other: their mean, with their
 * difference as the estimate of the error. The rule converges faster than any power of the step where f is smooth, so grids that
 * still differ after three halvings tell a kink or a jump; undefined then.
 */
export function measure(f: (z: number) => number, count: number): Measured | undefined {
  for (let halved = 0, step = STEP; halved <= HALVINGS; halved++, step /= 2) {
    if (count > FEW && !agreeing(f, step)) continue;
    const [one, other] = [0, 0.5].map((shift) => moments(f, count, step, shift * step));
    if (!one || !other) return undefined;
    let error = 0;
    const normalised = one.normalised.map((c, n) => {
      error = Math.max(error, Math.abs(c - at(other.normalised, n)) / 2);
      return (c + at(other.normalised, n)) / 2;
    });
    const norm = Math.sqrt((one.square + other.square) / 2);
    if (error <= AGREE * norm) {
      return { normalised, norm, error: Math.max(error, Number.EPSILON * norm) };
    }
  }
  return undefined;
}

/** Whether two grids of that step agree in the first coefficients. */
function agreeing(f: (z: number) => number, step: number): boolean {
  const [one, other] = [0, 0.5].map((shift) => moments(f, FEW, step, shift * step));
  if (!one || !other) return false;
  const allowed = 2 * AGREE * Math.sqrt(one.square);
  return one.normalised.every((c, n) => Math.abs(c - at(other.normalised, n)) <= allowed);
}

/** The sums of one grid, with the recurrence He_{n+1}/√(n+1)! = (x He_n/√n! − √n He_{n−1}/√(n−1)!)/√(n+1). */
export function moments(
  f: (z: number) => number,
  count: number,
  step: number,
  shift: number,
): { readonly normalised: Float64Array; readonly square: number } {
  const points = 2 * Math.round(END / step) + 1;
  const grid = Float64Array.from({ length: points }, (_, i) => i * step - END + shift);
  const density = grid.map((x) => (exp(-0.5 * x * x) * step) / Math.sqrt(2 * Math.PI));
  const values = grid.map(f);
  const weights = values.map((value, i) => value * at(density, i));
  const square = values.reduce((sum, value, i) => sum + value * value * at(density, i), 0);
  const normalised = new Float64Array(count);
  let previous: Float64Array = new Float64Array(points);
  let current: Float64Array = new Float64Array(points).fill(1);
  for (let n = 0; n < count; n++) {
    const [root, scale] = [Math.sqrt(n), 1 / Math.sqrt(n + 1)];
    let sum = 0;
    for (let i = 0; i < points; i++) {
      const value = at(current, i);
      sum += at(weights, i) * value;
      // The next one is written over the last but one.
      previous[i] = (at(grid, i) * value - root * at(previous, i)) * scale;
    }
    normalised[n] = sum;
    [previous, current] = [current, previous];
  }
  return { normalised, square };
}
