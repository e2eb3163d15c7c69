import type { GateBounds } from './gate-enclosures.ts';
import { add, divide, type Interval, interval, multiply, root, times, zero } from './interval.ts';
import { factorial } from './pair-enclosures.ts';

/** A polynomial in ξ = w·x and η = τ·x with τ a unit tangent at w: coefficients at [power of ξ][power of η]. */
type Polynomial = readonly (readonly Interval[])[];

/**
 * B₂(a): sup of ‖D²(a u)[ξ, ξ]‖ over |ξ| = 1, displacements of v, w and a of one unit, docs/theory.md (59), for a gate and an
 * expert h = Σ_p η_p He_p/√p!.
 */
export function secondDerivativeBound(
  gate: GateBounds,
  eta: readonly number[],
): (amplitude: number) => number {
  const parts = partsOf(gate, eta);
  return (amplitude) => topEigenvalue(secondForm(parts, amplitude));
}

/** Norms of the products of derivatives of gate and expert along great circles, docs/theory.md (58). */
interface Parts {
  readonly gate1: number;
  readonly gate2: number;
  readonly expert1: number;
  readonly expert2: number;
  readonly both: number;
}

function partsOf(gate: GateBounds, eta: readonly number[]): Parts {
  const h = powersOf(eta);
  const h1 = slope(h);
  const h2 = slope(h1);
  // Derivatives of h along a great circle: h, h′η, h″η² − h′ξ.
  const along = [lift(h, 0, 0), lift(h1, 0, 1), sum(lift(h2, 0, 2), scaled(-1, lift(h1, 1, 0)))];
  const norm = (n: number, derivative: number) => directionalNorm(n, along[derivative] ?? []);
  const even = eta.every((c, p) => c === 0 || p % 2 === 0);
  const odd = eta.every((c, p) => c === 0 || p % 2 === 1);
  const level = root(interval(even || odd ? gate.evenSquare : gate.square));
  const high = (...terms: (readonly [number, Interval])[]) =>
    terms.reduce((total, [factor, x]) => add(total, times(factor, x)), zero).hi;
  return {
    gate1: high([gate.first, norm(1, 0)]),
    gate2: high([gate.second, norm(2, 0)], [gate.pull, norm(0, 0)]),
    expert1: multiply(level, norm(0, 1)).hi,
    expert2: multiply(level, norm(0, 2)).hi,
    both: high([gate.first, norm(1, 1)]),
  };
}

/** The lengths that a displacement is split into: along v and across it, along w and across it, and of the amplitude. */
const SIZE = 5;
const [VR, VT, WR, WT, AM] = [0, 1, 2, 3, 4] as const;

/** The symmetric matrix of (59). */
function secondForm(parts: Parts, amplitude: number): Interval[][] {
  const { gate1, gate2, expert1, expert2, both } = parts;
  const form = Array.from({ length: SIZE }, () => new Array<Interval>(SIZE).fill(zero));
  const set = (x: number, y: number, value: Interval) => {
    const top = form[x];
    const left = form[y];
    if (top && left) {
      top[y] = value;
      left[x] = value;
    }
  };
  set(VT, VT, times(amplitude, interval(gate2)));
  set(WT, WT, times(amplitude, interval(expert2)));
  set(VT, WT, times(amplitude, interval(both)));
  set(VR, VT, times(amplitude, interval(gate1)));
  set(WR, WT, times(amplitude, interval(expert1)));
  set(VT, AM, interval(gate1));
  set(WT, AM, interval(expert1));
  return form;
}

/** A bound on the top eigenvalue of a symmetric matrix without negative entries: max_i (Mx)_i/x_i for a positive x. */
function topEigenvalue(form: readonly (readonly Interval[])[]): number {
  let vector = form.map(() => 1);
  let best = Infinity;
  for (let n = 0; n < 25; n++) {
    const image = form.map((line) =>
      line.reduce((total, x, j) => add(total, times(vector[j] ?? 0, x)), zero),
    );
    const ratios = image.map((x, i) => divide(x, interval(vector[i] ?? 0)).hi);
    best = Math.min(best, Math.max(...ratios));
    const largest = Math.max(...image.map(({ hi }) => hi));
    vector = image.map(({ hi }, i) => 0.5 * (hi / largest) + 0.5 * (vector[i] ?? 0) + 1e-9);
  }
  return best;
}

/** Bounds sup over unit directions of √E[(t·x)^{2n} W²]: the largest coefficient in Bernstein's form, docs/theory.md (58). */
function directionalNorm(n: number, polynomial: Polynomial): Interval {
  const squared = product(polynomial, polynomial);
  let largest = 0;
  for (let i = 0; i <= n; i++) {
    for (let j = 0; i + j <= n; j++) {
      const l = n - i - j;
      const shares = factorial(i) * factorial(j) * factorial(l) * factorial(2 * n);
      const below = factorial(2 * i) * factorial(2 * j) * factorial(2 * l) * factorial(n);
      const weight = divide(interval(shares * oddFactorial(l)), interval(below));
      largest = Math.max(largest, multiply(weight, moment(squared, 2 * i, 2 * j)).hi);
    }
  }
  return root(interval(0, largest));
}

/** E[ξ^i η^j W] for independent standard normals ξ and η. */
function moment(polynomial: Polynomial, i: number, j: number): Interval {
  let total = zero;
  for (const [x, line] of polynomial.entries()) {
    for (const [y, coefficient] of line.entries()) {
      if ((x + i) % 2 === 1 || (y + j) % 2 === 1) continue;
      const value = oddFactorial((x + i) / 2) * oddFactorial((y + j) / 2);
      total = add(total, times(value, coefficient));
    }
  }
  return total;
}

/** (2n − 1)!! = E ξ^{2n}, exact up to n = 11. */
function oddFactorial(n: number): number {
  return n < 1 ? 1 : (2 * n - 1) * oddFactorial(n - 1);
}

/** Coefficients of Σ_p η_p He_p(z)/√p! in powers of z. */
function powersOf(eta: readonly number[]): Interval[] {
  const result = new Array<Interval>(eta.length).fill(zero);
  let previous: readonly number[] = [];
  let current: readonly number[] = [1];
  for (const [p, weight] of eta.entries()) {
    const scale = divide(interval(weight), root(interval(factorial(p))));
    for (const [c, x] of current.entries()) {
      if (x !== 0) result[c] = add(result[c] ?? zero, times(x, scale));
    }
    const before = previous;
    const next = [0, ...current].map((x, c) => x - p * (before[c] ?? 0));
    previous = current;
    current = next;
  }
  return result;
}

function slope(coefficients: readonly Interval[]): Interval[] {
  return coefficients.slice(1).map((x, c) => times(c + 1, x));
}

/** The polynomial f(ξ) ξ^i η^j. */
function lift(f: readonly Interval[], i: number, j: number): Polynomial {
  const none = new Array<Interval>(j).fill(zero);
  return [...Array.from({ length: i }, () => [zero]), ...f.map((x) => [...none, x])];
}

function scaled(factor: number, polynomial: Polynomial): Polynomial {
  return polynomial.map((line) => line.map((x) => times(factor, x)));
}

function sum(...all: readonly Polynomial[]): Polynomial {
  const rows = Math.max(...all.map((x) => x.length));
  return Array.from({ length: rows }, (_, i) => {
    const columns = Math.max(0, ...all.map((x) => x[i]?.length ?? 0));
    return Array.from({ length: columns }, (_, j) =>
      all.reduce((total, x) => add(total, x[i]?.[j] ?? zero), zero),
    );
  });
}

function product(x: Polynomial, y: Polynomial): Polynomial {
  const columns = (p: Polynomial) => Math.max(1, ...p.map((line) => line.length));
  const width = columns(x) + columns(y);
  const result = Array.from({ length: x.length + y.length }, () =>
    new Array<Interval>(width).fill(zero),
  );
  for (const [i, line] of x.entries()) {
    for (const [j, a] of line.entries()) {
      for (const [s, other] of y.entries()) {
        const target = result[i + s];
        for (const [t, b] of other.entries()) {
          if (target) target[j + t] = add(target[j + t] ?? zero, multiply(a, b));
        }
      }
    }
  }
  return result;
}
