import { type Gate, UnsupportedError } from '@softmoe/model';
import { isBuiltInGate } from '@softmoe/model/checks';
import { at, exp, power } from '@softmoe/model/linalg';
import { ownGateMoments } from './own-gate.ts';

/**
 * The Hermite coefficients of a gate, c_n/√n! = E[g(ξ) He_n(ξ)]/√n! with ξ ~ N(0, 1), docs/theory.md (9), and a bound
 * on those that are left out.
 */
export interface GateMoments {
  /** c_n/√n! for n = 0 … length − 1, each to about 1e-16. */
  readonly normalised: Float64Array;
  /** A bound on |c_n|/√n! for n ≥ length, docs/theory.md (10). */
  readonly bound: (n: number) => number;
  /** Estimate of the absolute error of each, for a gate of the user's own; absent where that is rounding. */
  readonly error?: number;
}

/** Coefficients below e^−41.4 = 1e-18 are not resolved by the quadrature: they enter through the tail bound only. */
const RESOLUTION = 41.44653167389282;
/** Coefficients kept of a gate with a closed form, whose decay geometrically, and more where the last of them is not yet lost. */
const CLOSED_FORM_COUNT = 256;
const LOST = 1e-18;
/** Sums of more terms are refused: behind routers long enough every gate is a jump. */
const MOST = 8192;
const GRID_STEP = 0.01;
const GRID_END = 16;

const cache = new WeakMap<Gate, GateMoments | Error>();

/**
 * The moments of a gate, computed once. Throws {@link UnsupportedError} for one that is not smooth enough, be it of the user's own or
 * behind long routers, and `ValueError` for one of the user's own whose coefficients are not those of its `value`.
 */
export function gateMoments(gate: Gate): GateMoments {
  let moments = cache.get(gate);
  if (!moments) {
    moments = momentsOf(gate);
    cache.set(gate, moments);
  }
  if (moments instanceof Error) throw moments;
  return moments;
}

function momentsOf(gate: Gate): GateMoments | Error {
  try {
    if (!isBuiltInGate(gate)) return ownGateMoments(gate);
    return gate.hermiteCoefficients ? closedFormMoments(gate, 1) : byQuadrature(gate);
  } catch (error) {
    return error as Error;
  }
}

/** Moments behind routers of length `sigma` of a gate whose coefficients are known in closed form; as many as are not lost. */
export function closedFormMoments(gate: Gate, sigma: number): GateMoments {
  let count = CLOSED_FORM_COUNT / 2;
  let normalised: Float64Array;
  let last: number;
  let size: number;
  do {
    count *= 2;
    if (count > MOST) throw tooSharp(gate);
    normalised = gate.hermiteCoefficients?.(sigma, count) ?? new Float64Array();
    last = normalised.findLastIndex((c) => c !== 0);
    size = Math.abs(at(normalised, last));
  } while (size > LOST);
  const ratio = Math.sqrt(size / Math.abs(at(normalised, last - 2)));
  return { normalised, bound: (n) => 2 * size * power(ratio, n - last) };
}

/** How many coefficients of a gate that is analytic in a strip of half-width `decay` around the real axis are resolved. */
export function termsOf(decay: number): number {
  const extent = RESOLUTION / decay;
  return Math.ceil(extent * extent);
}

/**
 * The gate is analytic in a strip of half-width τ around the real axis, so |c_n|/√n! ≤ A e^{−τ√n}; A is the largest ratio seen.
 */
function byQuadrature(gate: Gate): GateMoments {
  const { singularity: decay = Infinity } = gate;
  const count = termsOf(decay);
  if (count > MOST) throw tooSharp(gate);
  const normalised = quadratureMoments((z) => gate.value(z), count);
  let amplitude = 0;
  normalised.forEach((c, n) => {
    if (Math.abs(c) > 1e-12)
      amplitude = Math.max(amplitude, Math.abs(c) * exp(decay * Math.sqrt(n)));
  });
  return { normalised, bound: (n) => amplitude * exp(-decay * Math.sqrt(n)) };
}

/**
 * E[g(ξ)He_n(ξ)]/√n! for n < `count` by the trapezoid rule on a uniform grid, which converges faster than any power of the step for
 * these integrands, with the normalised recurrence He_{n+1}/√(n+1)! = (x He_n/√n! − √n He_{n−1}/√(n−1)!)/√(n+1). Nothing but
 * + − × ÷ √ is used, so the moments of the gates that a spec can name have the same bits on every engine.
 */
export function quadratureMoments(
  g: (z: number) => number,
  count: number,
  step: number = GRID_STEP,
): Float64Array {
  const half = Math.round(GRID_END / step);
  const points = 2 * half + 1;
  const grid = Float64Array.from({ length: points }, (_, i) => i * step - half * step);
  const weights = grid.map((x) => (g(x) * exp(-0.5 * x * x) * step) / Math.sqrt(2 * Math.PI));
  const normalised = new Float64Array(count);
  let previous: Float64Array = new Float64Array(points);
  let current: Float64Array = new Float64Array(points).fill(1);
  for (let n = 0; n < count; n++) {
    const next = new Float64Array(points);
    let sum = 0;
    for (let i = 0; i < points; i++) {
      const value = at(current, i);
      sum += at(weights, i) * value;
      next[i] = (at(grid, i) * value - Math.sqrt(n) * at(previous, i)) / Math.sqrt(n + 1);
    }
    normalised[n] = sum;
    previous = current;
    current = next;
  }
  removeParityNoise(normalised);
  return normalised;
}

function tooSharp({ name }: Gate): UnsupportedError {
  return new UnsupportedError(
    `is too sharp for exact expectations: its series needs over ${MOST} terms`,
    {
      field: 'spec.gate',
      value: name,
      remedy:
        "Use a smaller norm, or sample it: engine 'subspace' or 'online', or @softmoe/sampled.",
    },
  );
}

/** Sets to zero the even (or odd) coefficients beyond the first when all of them are rounding noise. */
function removeParityNoise(coefficients: Float64Array): void {
  for (const parity of [0, 1]) {
    const ofParity = (n: number) => n > 0 && n % 2 === parity;
    if (coefficients.every((c, n) => !ofParity(n) || Math.abs(c) < 1e-15)) {
      coefficients.forEach((_, n) => {
        if (ofParity(n)) coefficients[n] = 0;
      });
    }
  }
  if (Math.abs(at(coefficients, 0)) < 1e-16) coefficients[0] = 0;
}
