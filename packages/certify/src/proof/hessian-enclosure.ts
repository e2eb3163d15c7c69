import type { Steps } from '@softmoe/model/linalg';
import { gamma } from './enclosed-dot.ts';
import { type Interval, interval, midpoint, multiply, up } from './interval.ts';
import {
  type Moments,
  type Overlap,
  type Overlaps,
  overlapNames,
  PairSum,
} from './pair-enclosures.ts';
import type { SpanFrame } from './span-frame.ts';

/** A symmetric matrix, row-major [size, size], and a bound on the spectral norm of its difference to the true one. */
export interface EnclosedMatrix {
  readonly size: number;
  readonly data: Float64Array;
  readonly radius: number;
  /** A bound on the difference of any one entry. */
  readonly entryRadius: number;
}

/** The Hessian at the teacher, docs/theory.md (61): in its span over (routers, experts, amplitudes), and orthogonal to it. */
export interface EnclosedHessian {
  /**
   * Ambient coordinates, [2kr + k]². Radial directions, along which the Hessian is 0, have the curvature `radial` instead.
   */
  readonly span: EnclosedMatrix;
  readonly radial: number;
  /** [2k]² over (routers, experts); absent where the span is everything. */
  readonly complement?: EnclosedMatrix;
}

type Slot = 'v' | 'w';
const SLOTS: readonly Slot[] = ['v', 'w'];
/** Overlaps that depend on a slot of the first unit, each with the row that is its gradient. */
const firstUnit: Readonly<
  Record<Slot, readonly (readonly [Overlap, 'v1' | 'w1' | 'v2' | 'w2'])[]>
> = {
  v: [
    ['alpha1', 'w1'],
    ['alpha2', 'w2'],
    ['rho', 'v2'],
  ],
  w: [
    ['alpha1', 'v1'],
    ['beta1', 'v2'],
    ['gamma', 'w2'],
  ],
};
const secondUnit: typeof firstUnit = {
  v: [
    ['beta2', 'w2'],
    ['beta1', 'w1'],
    ['rho', 'v1'],
  ],
  w: [
    ['beta2', 'v2'],
    ['alpha2', 'v1'],
    ['gamma', 'w1'],
  ],
};
const mixed: Readonly<Record<Slot, Readonly<Record<Slot, Overlap>>>> = {
  v: { v: 'rho', w: 'alpha2' },
  w: { v: 'beta1', w: 'gamma' },
};
/** Roundings in one entry of a block, generously: 9 outer products, 4 terms of the projected identity, amplitudes. */
const ROUNDINGS = 64;

/**
 * Encloses the Gauss–Newton matrix, which is the Hessian at the teacher, from overlaps, moments of the gate and amplitudes.
 * Yields the number of pairs of units done so far.
 */
export function* encloseHessian(
  frame: SpanFrame,
  eta: readonly number[],
  moments: (rho: Interval) => Moments,
  amplitudes: ArrayLike<number>,
): Steps<EnclosedHessian> {
  const { units: k, dimension: r, coordinates } = frame;
  const size = 2 * k * r + k;
  const span = new Float64Array(size * size);
  const complement = new Float64Array(4 * k * k);
  /** Bounds on the norms of the errors of blocks, over (routers, experts, amplitudes). */
  const errors = new Float64Array(9 * k * k);
  const sums = pairSums(eta);
  const place = (slot: Slot, unit: number) => (slot === 'v' ? unit : k + unit);
  const ofPlace = (p: number) => coordinates[p] ?? new Float64Array(r);
  const set = (p: number, q: number, value: number) => {
    span[p * size + q] = value;
    span[q * size + p] = value;
  };
  const setError = (p: number, q: number, value: number) => {
    errors[p * 3 * k + q] = value;
    errors[q * 3 * k + p] = value;
  };

  for (let i = 0; i < k; i++) {
    for (let l = 0; l < k; l++) {
      yield i * k + l;
      const overlaps: Overlaps = {
        gamma: frame.overlap(k + i, k + l),
        alpha1: frame.overlap(k + i, i),
        beta1: frame.overlap(k + i, l),
        alpha2: frame.overlap(k + l, i),
        beta2: frame.overlap(k + l, l),
        rho: frame.overlap(i, l),
      };
      const at = moments(overlaps.rho);
      const places = { v1: i, w1: k + i, v2: l, w2: k + l };
      const weight = multiply(interval(amplitudes[i] ?? 0), interval(amplitudes[l] ?? 0));
      for (const s of SLOTS) {
        for (const t of SLOTS) {
          const p = place(s, i);
          const q = place(t, l);
          if (q < p) continue;
          const block = new Float64Array(r * r);
          let error = 0;
          for (const [x, left] of firstUnit[s]) {
            const u = projected(ofPlace(places[left]), ofPlace(p));
            for (const [y, right] of secondUnit[t]) {
              const w = projected(ofPlace(places[right]), ofPlace(q));
              const value = multiply(weight, sums.second[x][y].at(overlaps, at));
              const { middle, radius } = midpoint(value);
              addOuter(block, middle, u, w);
              error = up(error + up(1.01 * radius) + up(slack(frame) * Math.abs(middle)));
            }
          }
          const value = multiply(weight, sums.first[mixed[s][t]].at(overlaps, at));
          const { middle, radius } = midpoint(value);
          addProjections(block, middle, ofPlace(p), ofPlace(q));
          error = up(error + up(4.01 * radius) + up(4 * slack(frame) * Math.abs(middle)));
          for (let a = 0; a < r; a++) {
            for (let b = 0; b < r; b++) set(p * r + a, q * r + b, block[a * r + b] ?? 0);
          }
          setError(p, q, error);
          complement[p * 2 * k + q] = middle;
          complement[q * 2 * k + p] = middle;
        }
      }
      for (const t of SLOTS) {
        const q = place(t, l);
        const border = new Float64Array(r);
        let error = 0;
        for (const [y, right] of secondUnit[t]) {
          const w = projected(ofPlace(places[right]), ofPlace(q));
          const derivative = sums.first[y].at(overlaps, at);
          const { middle, radius } = midpoint(multiply(interval(amplitudes[l] ?? 0), derivative));
          for (const [b, x] of w.entries()) border[b] = (border[b] ?? 0) + middle * x;
          error = up(error + up(1.01 * radius) + up(slack(frame) * Math.abs(middle)));
        }
        for (const [b, x] of border.entries()) set(2 * k * r + i, q * r + b, x);
        setError(2 * k + i, q, error);
      }
      const { middle, radius } = midpoint(sums.value.at(overlaps, at));
      set(2 * k * r + i, 2 * k * r + l, middle);
      setError(2 * k + i, 2 * k + l, radius);
    }
  }

  let trace = 0;
  for (let p = 0; p < size; p++) trace += span[p * size + p] ?? 0;
  const radial = trace / (2 * k * (r - 1) + k);
  for (let p = 0; p < 2 * k; p++) {
    const x = ofPlace(p);
    for (let a = 0; a < r; a++) {
      for (let b = 0; b < r; b++) {
        const index = (p * r + a) * size + p * r + b;
        span[index] = (span[index] ?? 0) + radial * (x[a] ?? 0) * (x[b] ?? 0);
      }
    }
    const error = errors[p * 3 * k + p] ?? 0;
    setError(p, p, up(error + up(slack(frame) * radial)));
  }
  const radius = largestRowSum(errors, 3 * k);
  const entryRadius = errors.reduce((largest, error) => Math.max(largest, error), 0);
  return {
    span: { size, data: span, radius, entryRadius },
    radial,
    ...(frame.hasComplement
      ? { complement: { size: 2 * k, data: complement, radius, entryRadius } }
      : {}),
  };
}

/** What a product of two projected rows may be wrong by, relative to its weight: displaced rows and rounding. */
function slack({ displacement, dimension }: SpanFrame): number {
  return up(up(8 * displacement) + gamma(ROUNDINGS + 2 * dimension));
}

function pairSums(eta: readonly number[]) {
  const value = PairSum.of(eta);
  const byName = <T>(make: (name: Overlap) => T) =>
    Object.fromEntries(overlapNames.map((name) => [name, make(name)])) as Record<Overlap, T>;
  const first = byName((name) => value.derivative(name));
  return { value, first, second: byName((x) => byName((y) => first[x].derivative(y))) };
}

/** The part of `vector` orthogonal to the unit vector `row`. */
function projected(vector: Float64Array, row: Float64Array): Float64Array {
  if (vector === row) return new Float64Array(row.length);
  let dot = 0;
  for (const [a, x] of row.entries()) dot += x * (vector[a] ?? 0);
  return vector.map((x, a) => x - dot * (row[a] ?? 0));
}

function addOuter(block: Float64Array, scale: number, u: Float64Array, w: Float64Array): void {
  const r = u.length;
  for (const [a, x] of u.entries()) {
    const factor = scale * x;
    if (factor === 0) continue;
    for (let b = 0; b < r; b++) block[a * r + b] = (block[a * r + b] ?? 0) + factor * (w[b] ?? 0);
  }
}

/** Adds scale·(I − xxᵀ)(I − yyᵀ). */
function addProjections(
  block: Float64Array,
  scale: number,
  x: Float64Array,
  y: Float64Array,
): void {
  const r = x.length;
  const same = x === y;
  let dot = 0;
  for (const [a, value] of x.entries()) dot += value * (y[a] ?? 0);
  for (let a = 0; a < r; a++) {
    block[a * r + a] = (block[a * r + a] ?? 0) + scale;
  }
  const left = x.map((value, a) => (same ? 0 : dot * value - (y[a] ?? 0)));
  addOuter(block, -scale, x, x);
  addOuter(block, scale, left, y);
}

/** The largest row sum of a symmetric matrix of bounds, which bounds the spectral norm of what they bound block by block. */
function largestRowSum(errors: Float64Array, size: number): number {
  let largest = 0;
  for (let p = 0; p < size; p++) {
    let sum = 0;
    for (let q = 0; q < size; q++) sum = up(sum + (errors[p * size + q] ?? 0));
    largest = Math.max(largest, sum);
  }
  return largest;
}
