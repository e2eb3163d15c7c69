// The sigmoid and the normal distribution at two float64 at once, in the very operations of packages/model/src/linalg/elementary.ts,
// gates/sigmoid.ts and gates/probit.ts, so that either gives the same bits.

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const LOG2E: f64 = 1.4426950408889634;
const INV_SQRT_2PI: f64 = 1 / Math.sqrt(2 * Math.PI);

/** Logits of this size and more, and those that are no numbers, are left to JavaScript. */
export const FAR: f64 = 690;

/** e^x for |x| < 690. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function exponential(x: v128): v128 {
  const k = f64x2.floor(f64x2.add(f64x2.mul(f64x2.splat(LOG2E), x), f64x2.splat(0.5)));
  const high = f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH)));
  const low = f64x2.mul(k, f64x2.splat(LN2_LOW));
  const r = f64x2.sub(high, low);
  const z = f64x2.mul(r, r);
  let p = f64x2.add(f64x2.splat(-0.0000016533902205465252), f64x2.mul(z, f64x2.splat(4.1381367970572385e-8)));
  p = f64x2.add(f64x2.splat(0.00006613756321437934), f64x2.mul(z, p));
  p = f64x2.add(f64x2.splat(-0.0027777777777015593), f64x2.mul(z, p));
  p = f64x2.add(f64x2.splat(0.16666666666666602), f64x2.mul(z, p));
  const c = f64x2.sub(r, f64x2.mul(z, p));
  const quotient = f64x2.div(f64x2.mul(r, c), f64x2.sub(f64x2.splat(2), c));
  const y = f64x2.sub(f64x2.splat(1), f64x2.sub(f64x2.sub(low, quotient), high));
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  return f64x2.mul(y, i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52));
}

/** Writes the sigmoid at `bytes` of numbers from z on, and its slope. */
export function sigmoid(z: usize, bytes: usize, value: usize, slope: usize): void {
  const one = f64x2.splat(1);
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(z + at);
    const e = exponential(f64x2.neg(f64x2.abs(x)));
    const g = f64x2.div(one, f64x2.add(one, e));
    const eg = f64x2.mul(e, g);
    v128.store(value + at, v128.bitselect(eg, g, f64x2.lt(x, f64x2.splat(0))));
    v128.store(slope + at, f64x2.mul(eg, g));
  }
}

/** Where the table of Φ ends on either side, its nodes in a unit, and the terms of a Taylor series about each. */
const REACH: f64 = 6;
const NODES: f64 = 32;
const TERMS: i32 = 11;
/** Where it lies in the memory, and behind it all else. */
const TABLE: usize = 16;

let known: bool = false;

/** The Taylor coefficients of Φ about x = −6, −6 + 1/32, … 6, a row each. */
function fillTable(): void {
  let at = TABLE;
  for (let node = -REACH * NODES; node <= REACH * NODES; node++) {
    const x = node / NODES;
    store<f64>(at, far(x));
    let before: f64 = 0;
    let t = density(x);
    for (let n = 1; n < TERMS; n++) {
      store<f64>(at + (<usize>n << 3), t / <f64>n);
      const next = -(x * t + before) / <f64>n;
      before = t;
      t = next;
    }
    at += <usize>TERMS << 3;
  }
  known = true;
}

/**
 * Writes z Φ(z) at `bytes` of numbers from z on, a multiple of 32, and its slope Φ(z) + z φ(z): four numbers at a time, so that one
 * series need not wait for the other.
 */
export function gelu(z: usize, bytes: usize, value: usize, slope: usize): void {
  if (!known) fillTable();
  const nodes = f64x2.splat(NODES);
  const half = f64x2.splat(0.5);
  const middle = f64x2.splat(REACH * NODES);
  for (let at: usize = 0; at < bytes; at += 32) {
    const x = v128.load(z + at);
    const y = v128.load(z + at, 16);
    if (v128.any_true(f64x2.ge(f64x2.max(f64x2.abs(x), f64x2.abs(y)), f64x2.splat(REACH)))) {
      for (let lane: usize = 0; lane < 32; lane += 8) geluAt(z + at + lane, value + at + lane, slope + at + lane);
      continue;
    }
    const nodeX = f64x2.floor(f64x2.add(f64x2.mul(x, nodes), half));
    const nodeY = f64x2.floor(f64x2.add(f64x2.mul(y, nodes), half));
    const hx = f64x2.sub(x, f64x2.div(nodeX, nodes));
    const hy = f64x2.sub(y, f64x2.div(nodeY, nodes));
    const rowsX = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(nodeX, middle));
    const rowsY = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(nodeY, middle));
    const x0 = rowOf(i32x4.extract_lane(rowsX, 0));
    const x1 = rowOf(i32x4.extract_lane(rowsX, 1));
    const y0 = rowOf(i32x4.extract_lane(rowsY, 0));
    const y1 = rowOf(i32x4.extract_lane(rowsY, 1));
    let n: usize = <usize>(TERMS - 1) << 3;
    let p = both(x0 + n, x1 + n);
    let q = both(y0 + n, y1 + n);
    let byX = p;
    let byY = q;
    for (n -= 8; n > 0; n -= 8) {
      p = f64x2.add(f64x2.mul(p, hx), both(x0 + n, x1 + n));
      q = f64x2.add(f64x2.mul(q, hy), both(y0 + n, y1 + n));
      byX = f64x2.add(f64x2.mul(byX, hx), p);
      byY = f64x2.add(f64x2.mul(byY, hy), q);
    }
    p = f64x2.add(f64x2.mul(p, hx), both(x0, x1));
    q = f64x2.add(f64x2.mul(q, hy), both(y0, y1));
    v128.store(value + at, f64x2.mul(x, p));
    v128.store(value + at, f64x2.mul(y, q), 16);
    v128.store(slope + at, f64x2.add(p, f64x2.mul(x, byX)));
    v128.store(slope + at, f64x2.add(q, f64x2.mul(y, byY)), 16);
  }
}

/** z Φ(z) and its slope at one number. */
function geluAt(z: usize, value: usize, slope: usize): void {
  const x = load<f64>(z);
  const phi = normal(x);
  store<f64>(value, x * phi);
  store<f64>(slope, phi + x * slopeAt(x));
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function rowOf(row: i32): usize {
  return TABLE + <usize>(row * TERMS << 3);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function both(first: usize, second: usize): v128 {
  return v128.load64_lane(second, v128.load64_zero(first), 1);
}

/** Φ at one number. */
function normal(z: f64): f64 {
  if (!(Math.abs(z) < REACH)) return far(z);
  const node = Math.floor(z * NODES + 0.5);
  const h = z - node / NODES;
  const row = rowOf(<i32>(node + REACH * NODES));
  let sum = load<f64>(row + (<usize>(TERMS - 1) << 3));
  for (let n = TERMS - 2; n >= 0; n--) sum = sum * h + load<f64>(row + (<usize>n << 3));
  return sum;
}

/** φ at one number, as the table has it. */
function slopeAt(z: f64): f64 {
  if (!(Math.abs(z) < REACH)) return density(z);
  const node = Math.floor(z * NODES + 0.5);
  const h = z - node / NODES;
  const row = rowOf(<i32>(node + REACH * NODES));
  let p = load<f64>(row + (<usize>(TERMS - 1) << 3));
  let slope = p;
  for (let n = TERMS - 2; n > 0; n--) {
    p = p * h + load<f64>(row + (<usize>n << 3));
    slope = slope * h + p;
  }
  return slope;
}

/** Φ(z) without the table. */
function far(z: f64): f64 {
  const x = Math.abs(z);
  const upper = x < 3 ? 0.5 - density(x) * series(x) : density(x) / mills(x);
  return z > 0 ? 1 - upper : upper;
}

function density(z: f64): f64 {
  return INV_SQRT_2PI * expOf(-0.5 * z * z);
}

/** Σ x^{2i+1}/(2i+1)!!, so that Φ(x) = ½ + φ(x)·series(x). */
function series(x: f64): f64 {
  let sum = x;
  let term = x;
  let next = x;
  let i: f64 = 3;
  do {
    sum = next;
    term *= (x * x) / i;
    next = sum + term;
    i += 2;
  } while (next != sum);
  return sum;
}

/** x + 1/(x + 2/(x + 3/(x + …))). */
function mills(x: f64): f64 {
  let fraction = x;
  for (let i: f64 = 40; i >= 1; i--) fraction = x + i / fraction;
  return fraction;
}

/** e^x for x ≤ 0. */
function expOf(x: f64): f64 {
  if (x < -745.1332191019411) return 0;
  const k = Math.floor(LOG2E * x + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const z = r * r;
  const p = 0.16666666666666602 + z * (-0.0027777777777015593 +
    z * (0.00006613756321437934 + z * (-0.0000016533902205465252 + z * 4.1381367970572385e-8)));
  const c = r - z * p;
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return k < -1000 ? y * powerOfTwo(-1000) * powerOfTwo(k + 1000) : y * powerOfTwo(k);
}

function powerOfTwo(k: f64): f64 {
  return reinterpret<f64>(<u64>(<i64>k + 1023) << 52);
}
