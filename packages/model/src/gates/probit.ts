import type { Gate } from '../function.ts';
import { exp } from '../linalg/elementary.ts';
import { at } from '../linalg/vectors.ts';

const INV_SQRT_2PI: number = 1 / Math.sqrt(2 * Math.PI);

/**
 * Standard normal distribution function g(z) = Φ(z), to 5e-16 absolute, and in the lower tail to 2e-13 relative: by Taylor series
 * about the nearest of the nodes of a table, and beyond its end by what the table is made of.
 */
export const probit: Gate = {
  name: 'probit',
  parity: 'none',
  singularity: Infinity,
  value,
  derivative: density,
  evaluate,
  /**
   * With s² = 1 + σ²: c_0 = 1/2 and, for n ≥ 1, c_n(σ) = E φ^{(n−1)}(σξ) is the (n−1)th derivative at 0 of the
   * density of N(0, s²), which vanishes for even n and is (−1)^k (2k−1)!!/(√(2π) s^n) for n = 2k + 1; here times σ^n.
   */
  hermiteCoefficients(sigma, count) {
    const s = Math.sqrt(1 + sigma * sigma);
    const normalised = new Float64Array(count);
    if (count > 0) normalised[0] = 0.5;
    let c = (INV_SQRT_2PI * sigma) / s;
    for (let n = 1; n < count; n += 2) {
      normalised[n] = c;
      c *= (-n * sigma * sigma) / (s * s * Math.sqrt((n + 1) * (n + 2)));
    }
    return normalised;
  },
};

function density(z: number): number {
  return INV_SQRT_2PI * exp(-0.5 * z * z);
}

function value(z: number): number {
  const x = Math.abs(z);
  const upper = x < REACH ? tailByTable(x) : tail(x);
  return z > 0 ? 1 - upper : upper;
}

/** Writes Φ(z) and φ(z) at every `z`, both from one row of the table. */
function evaluate(z: Float64Array, values: Float64Array, derivatives: Float64Array): void {
  const rows = tableOf();
  for (let k = 0; k < z.length; k++) {
    const x = Math.abs(at(z, k));
    let upper: number;
    let slope: number;
    if (x < REACH) {
      const node = Math.floor(x * NODES + 0.5);
      const h = x - node / NODES;
      let c = (node + 1) * TERMS - 1;
      upper = at(rows, c);
      slope = 0;
      for (let n = 1; n < TERMS; n++) {
        slope = slope * h + upper;
        upper = upper * h + at(rows, --c);
      }
    } else {
      upper = tail(x);
      slope = -density(x);
    }
    values[k] = at(z, k) > 0 ? 1 - upper : upper;
    derivatives[k] = -slope;
  }
}

/** Where the table ends, its nodes in a unit, and the terms of a Taylor series about each. */
const REACH = 6;
const NODES = 32;
const TERMS = 11;

let table: Float64Array | undefined;

/** The Taylor coefficients of 1 − Φ about x = 0, 1/32, … 6, a row each. With t_n = φ^{(n)}/n!, (n + 1) t_{n+1} = −x t_n − t_{n−1}. */
function tableOf(): Float64Array {
  if (table) return table;
  table = new Float64Array((REACH * NODES + 1) * TERMS);
  for (let node = 0; node <= REACH * NODES; node++) {
    const x = node / NODES;
    const start = node * TERMS;
    table[start] = tail(x);
    let before = 0;
    let t = density(x);
    for (let n = 1; n < TERMS; n++) {
      table[start + n] = -t / n;
      const next = -(x * t + before) / n;
      before = t;
      t = next;
    }
  }
  return table;
}

function tailByTable(x: number): number {
  const rows = tableOf();
  const node = Math.floor(x * NODES + 0.5);
  const h = x - node / NODES;
  let c = (node + 1) * TERMS - 1;
  let upper = at(rows, c);
  for (let n = 1; n < TERMS; n++) upper = upper * h + at(rows, --c);
  return upper;
}

/** 1 − Φ(x) for x ≥ 0, by Φ's Taylor series about 0 (all terms of one sign) and Mills' continued fraction in the tail. */
function tail(x: number): number {
  return x < 3 ? 0.5 - density(x) * series(x) : density(x) / mills(x);
}

/** Σ x^{2i+1}/(2i+1)!!, so that Φ(x) = ½ + φ(x)·series(x). */
function series(x: number): number {
  let sum = x;
  let term = x;
  for (let i = 3; ; i += 2) {
    term *= (x * x) / i;
    const next = sum + term;
    if (next === sum) return sum;
    sum = next;
  }
}

/** x + 1/(x + 2/(x + 3/(x + …))), so that 1 − Φ(x) = φ(x)/mills(x). */
function mills(x: number): number {
  let fraction = x;
  for (let i = 40; i >= 1; i--) fraction = x + i / fraction;
  return fraction;
}
