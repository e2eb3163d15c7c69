import { density, exp, tanh } from './elementary.ts';
import {
  add,
  divide,
  type Interval,
  interval,
  magnitude,
  midpoint,
  multiply,
  one,
  pi,
  powerOfTwo,
  root,
  subtract,
  times,
  widen,
  zero,
} from './interval.ts';

/** A gate g(z) = offset + scale·tanh(slope·z), all three powers of two or 0. */
export interface TanhGate {
  readonly offset: number;
  readonly scale: number;
  readonly slope: number;
}

/** The trapezoid rule runs to |x| ≤ REACH; the step is at most STEP, and at most FINE/slope along a gate's argument. */
const REACH = 10;
const STEP = 0.5;
const FINE = 1 / 8;
/** Correlations nearer than this to −1, 0 or 1 are taken as displaced from there. */
const NEAR = 1e-12;
/** Half of a sum that cancels to rounding is taken for 0 below this. */
const NONE: number = powerOfTwo(-1000);

/**
 * Encloses M_{r,s}(ρ) = E[g^{(r)}(v₁·x) g^{(s)}(v₂·x)] of a sigmoid or tanh for r, s ≤ `order`, docs/theory.md (62): the
 * trapezoid rule along (v₁ ± v₂)/‖v₁ ± v₂‖, with bounds on what it leaves out, and the mean value theorem for the width of ρ.
 */
export function tanhMoments(
  gate: TanhGate,
  order: number,
): (rho: Interval) => (r: number, s: number) => Interval {
  const grid = new Quadrature(gate, order + 1);
  const single = grid.singles();
  const atOne = grid.moments(1);
  const known = new Map<number, Float64Array>([
    [1, atOne],
    [0, independent(single)],
  ]);
  const size = order + 2;
  const entryOf = (table: Float64Array, r: number, s: number) =>
    interval(table[2 * (r * size + s)] ?? Number.NaN, table[2 * (r * size + s) + 1] ?? Number.NaN);
  return (rho) => {
    const { middle, radius } = centreOf(rho);
    let table = known.get(middle);
    if (!table) {
      table = grid.moments(middle);
      known.set(middle, table);
    }
    const found = table;
    return (r, s) => {
      const value = withOffset(gate, single, entryOf(found, r, s), r, s);
      if (radius === 0) return value;
      const slope = root(multiply(entryOf(atOne, r + 1, r + 1), entryOf(atOne, s + 1, s + 1)));
      return widen(value, times(radius, slope).hi);
    };
  };
}

function centreOf(rho: Interval): { middle: number; radius: number } {
  for (const special of [0, 1, -1]) {
    const distance = magnitude(subtract(rho, interval(special)));
    if (distance < NEAR) {
      const exact = rho.lo === special && rho.hi === special;
      return { middle: special, radius: exact ? 0 : distance };
    }
  }
  return midpoint(rho);
}

/** E[g^{(r)}]E[g^{(s)}] without the gate's offset: what M_{r,s} is at ρ = 0. */
function independent(single: readonly Interval[]): Float64Array {
  const size = single.length;
  const table = new Float64Array(2 * size * size);
  for (const [r, a] of single.entries()) {
    for (const [s, b] of single.entries()) {
      const { lo, hi } = multiply(a, b);
      table.set([lo, hi], 2 * (r * size + s));
    }
  }
  return table;
}

/** M_{r,s} of the gate from that of the gate without its offset. */
function withOffset(
  { offset }: TanhGate,
  single: readonly Interval[],
  value: Interval,
  r: number,
  s: number,
): Interval {
  if (offset === 0) return value;
  let result = value;
  if (s === 0) result = add(result, times(offset, single[r] ?? zero));
  if (r === 0) result = add(result, times(offset, single[s] ?? zero));
  return r === 0 && s === 0 ? add(result, interval(offset * offset)) : result;
}

/** Sums over a grid of the derivatives of scale·tanh(slope·z), which are polynomials in the tanh. */
class Quadrature {
  readonly #gate: TanhGate;
  readonly #size: number;
  readonly #polynomials: readonly (readonly number[])[];
  /** Bounds on |g^{(r)}| where |Im slope·z| ≤ π/3, and so |tanh|² ≤ 3. */
  readonly #strip: readonly number[];

  constructor(gate: TanhGate, order: number) {
    this.#gate = gate;
    this.#size = order + 1;
    this.#polynomials = tanhDerivatives(order);
    const three = root(interval(3));
    let factor = gate.scale / gate.slope;
    this.#strip = this.#polynomials.map((polynomial) => {
      factor *= gate.slope;
      let sum = zero;
      for (let c = polynomial.length - 1; c >= 0; c--) {
        sum = add(multiply(sum, three), interval(Math.abs(polynomial[c] ?? 0)));
      }
      return times(factor, sum).hi;
    });
  }

  /** E g^{(r)}(ξ), exactly 0 where the derivative is odd. */
  singles(): Interval[] {
    const { step, error } = this.#axis(one);
    const sums = new Array<Interval>(this.#size).fill(zero);
    for (let i = 0; i * step <= REACH; i++) {
      const x = interval(i * step);
      const weight = times(i === 0 ? step : 2 * step, density(x));
      for (const [r, value] of this.#derivatives(x).entries()) {
        if (r % 2 === 1) sums[r] = add(sums[r] ?? zero, multiply(weight, value));
      }
    }
    return sums.map((sum, r) =>
      r % 2 === 1 ? widen(sum, times(this.#strip[r] ?? Number.NaN, error).hi) : zero,
    );
  }

  /** M_{r,s}(ρ) at [2(r·size + s)], lower then upper end; exactly 0 where r + s is odd. */
  moments(rho: number): Float64Array {
    const size = this.#size;
    const long = halfRoot(add(one, interval(rho)));
    const short = halfRoot(subtract(one, interval(rho)));
    const along = this.#axis(long);
    const across = this.#axis(short);
    const sums = new Array<Interval>(size * size).fill(zero);
    for (let i = 0; i === 0 || (along.step > 0 && i * along.step <= REACH); i++) {
      const x = interval(i * along.step);
      // Line by line, so that few roundings add up.
      const line = new Array<Interval>(size * size).fill(zero);
      for (let j = 0; j === 0 || (across.step > 0 && j * across.step <= REACH); j++) {
        const y = interval(j * across.step);
        const a = multiply(long, x);
        const b = multiply(short, y);
        const first = this.#derivatives(add(a, b));
        const second = this.#derivatives(subtract(a, b));
        // The points (±x, ±y) at once: twice P(x, y) + P(x, −y), less where they coincide.
        const multiplicity = 2 * (i === 0 ? 0.5 : 1) * (j === 0 ? 0.5 : 1);
        const weight = times(multiplicity, multiply(along.weight(x), across.weight(y)));
        for (let r = 0; r < size; r++) {
          for (let s = r; s < size; s += 2) {
            const both = add(
              multiply(first[r] ?? zero, second[s] ?? zero),
              multiply(first[s] ?? zero, second[r] ?? zero),
            );
            line[r * size + s] = add(line[r * size + s] ?? zero, multiply(weight, both));
          }
        }
      }
      for (const [p, value] of line.entries()) sums[p] = add(sums[p] ?? zero, value);
    }
    const table = new Float64Array(2 * size * size);
    const error = add(along.error, times(1.02, across.error));
    for (let r = 0; r < size; r++) {
      for (let s = r; s < size; s += 2) {
        const bound = multiply(
          times(this.#strip[r] ?? Number.NaN, interval(this.#strip[s] ?? Number.NaN)),
          error,
        ).hi;
        const { lo, hi } = widen(sums[r * size + s] ?? zero, bound);
        table.set([lo, hi], 2 * (r * size + s));
        table.set([lo, hi], 2 * (s * size + r));
      }
    }
    return table;
  }

  /**
   * Step, weight and relative error of the trapezoid rule for the expectation over a normal variable that enters the gates
   * times `factor`, docs/theory.md (62). A factor of exactly 0 needs no rule.
   */
  #axis(factor: Interval): { step: number; weight: (x: Interval) => Interval; error: Interval } {
    if (factor.hi === 0) return { step: 0, weight: () => one, error: zero };
    const steepness = times(this.#gate.slope, factor);
    const step = Math.floor(1024 * Math.min(STEP, FINE / steepness.hi)) / 1024;
    const h = interval(step);
    const widest = Math.min(
      divide(divide(pi, interval(3)), steepness).lo,
      divide(times(2, pi), h).lo,
    );
    const b = interval(widest);
    const growth = exp(times(0.5, multiply(b, b)));
    const decay = subtract(exp(divide(multiply(times(2, pi), b), h)), one);
    const strip = divide(times(2, growth), decay);
    const tail = divide(times(2, density(interval(REACH - step))), interval(REACH - step));
    return {
      step,
      weight: (x) => times(step, density(x)),
      error: interval(0, add(strip, tail).hi),
    };
  }

  /** g^{(r)}(z) for r = 0 …, without the offset. */
  #derivatives(z: Interval): Interval[] {
    const { scale, slope } = this.#gate;
    const t = tanh(times(slope, z));
    const t2 = multiply(t, t);
    let factor = scale / slope;
    return this.#polynomials.map((polynomial, r) => {
      factor *= slope;
      let sum = zero;
      const odd = (r + 1) % 2;
      for (let c = polynomial.length - 1; c >= 0; c -= 2) {
        sum = add(multiply(sum, t2), interval(polynomial[c] ?? 0));
      }
      return times(factor, odd === 1 ? multiply(sum, t) : sum);
    });
  }
}

function halfRoot(x: Interval): Interval {
  return x.hi <= NONE ? zero : root(times(0.5, x));
}

/** tanh^{(r)} as polynomials in t = tanh: T₀ = t, T_{r+1} = (1 − t²)T_r′. Whole numbers, exact up to r = 15. */
export function tanhDerivatives(order: number): number[][] {
  const result = [[0, 1]];
  for (let r = 0; r < order; r++) {
    const previous = result[r] ?? [];
    const slope = previous.slice(1).map((x, c) => (c + 1) * x);
    const next = new Array<number>(slope.length + 2).fill(0);
    for (const [c, x] of slope.entries()) {
      next[c] = (next[c] ?? 0) + x;
      next[c + 2] = (next[c + 2] ?? 0) - x;
    }
    result.push(next);
  }
  return result;
}
