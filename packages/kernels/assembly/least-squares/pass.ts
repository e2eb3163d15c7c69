// Loss and gradient of sigmoid gates and GELU experts at blocks of points, with the slopes that they are made of, in the order of additions
// of packages/sampled/src/slopes.ts: the same bits.

import { clear } from '../panels';
import { FAR, gelu, sigmoid } from './functions';

/** Points that JavaScript adds up before it adds them to a sum. */
const CHUNK: i32 = 64;

/** What the caller writes, in the order of the fields, which src/least-squares/pass.ts repeats. */
@unmanaged
export class Pass {
  /** Points of a block, a multiple of eight; points that there are. */
  points: i32;
  count: i32;
  /** m */
  units: i32;
  /** d; and coordinates of a point, d + 1. */
  inputDim: i32;
  wide: i32;
  /** Router 1 … m, then expert 1 … m, float64 [2m][d], and [m]. */
  rows: usize;
  amplitude: usize;
  /** float64 [blocks][wide][points], zero where there is no point. */
  coordinates: usize;
  /** y, [blocks][points]. */
  targets: usize;
  /** What residuals are divided by, [1]. */
  divisor: usize;
  /** f − y, [blocks][points]. */
  residuals: usize;
  /** ∂f by the logits, then the unit outputs, [blocks][3m][points]. */
  slopes: usize;
  /** Sums of the gradient, [m][d][2] of two rows each, and [m]: added to. */
  rowSums: usize;
  unitSums: usize;
  /** Room for [2m][points] each: logits, g and h, g′ and h′; and weights, [points]. */
  logits: usize;
  values: usize;
  derivatives: usize;
  weights: usize;
}

/** Whether all logits were near enough. */
export function pass(work: Pass): bool {
  const rowBytes = <usize>work.points << 3;
  const m = <usize>work.units;
  const half = m * rowBytes;
  let done = 0;
  let coordinates = work.coordinates;
  let slopes = work.slopes;
  let place: usize = 0;
  for (; done < work.count; done += work.points) {
    if (!writeLogits(work, coordinates)) return false;
    sigmoid(work.logits, half, work.values, work.derivatives);
    gelu(work.logits + half, half, work.values + half, work.derivatives + half);
    const rows = min(work.points, work.count - done);
    writeSlopes(work, slopes, work.residuals + place, rows);
    weigh(work, work.residuals + place, work.targets + place, rows);
    addRows(work, slopes, coordinates);
    addUnits(work, slopes + 2 * half);
    coordinates += <usize>work.wide * rowBytes;
    slopes += 3 * half;
    place += rowBytes;
  }
  return true;
}

/** z = x·v and y = x·w, eight points at a time; whether all are near. */
function writeLogits(work: Pass, coordinates: usize): bool {
  const rowBytes = <usize>work.points << 3;
  const d = <usize>work.inputDim << 3;
  let most = f64x2.splat(0);
  let target = work.logits;
  let row = work.rows;
  for (let b = 0; b < 2 * work.units; b++, row += d) {
    for (let s: usize = 0; s < rowBytes; s += 64, target += 64) {
      let z0 = f64x2.splat(0), z1 = z0, z2 = z0, z3 = z0;
      let x = coordinates + s;
      for (let j: usize = 0; j < d; j += 8, x += rowBytes) {
        const v = v128.load64_splat(row + j);
        z0 = f64x2.add(z0, f64x2.mul(v, v128.load(x)));
        z1 = f64x2.add(z1, f64x2.mul(v, v128.load(x, 16)));
        z2 = f64x2.add(z2, f64x2.mul(v, v128.load(x, 32)));
        z3 = f64x2.add(z3, f64x2.mul(v, v128.load(x, 48)));
      }
      v128.store(target, z0);
      v128.store(target, z1, 16);
      v128.store(target, z2, 32);
      v128.store(target, z3, 48);
      // What is no number stays in the maximum.
      most = f64x2.max(f64x2.max(f64x2.max(f64x2.abs(z0), f64x2.abs(z1)), f64x2.max(f64x2.abs(z2), f64x2.abs(z3))), most);
    }
  }
  return f64x2.extract_lane(most, 0) < FAR && f64x2.extract_lane(most, 1) < FAR;
}

/** a g′ h, a g h′ and g h, zero from `rows` on, and f. */
function writeSlopes(work: Pass, slopes: usize, outputs: usize, rows: i32): void {
  const rowBytes = <usize>work.points << 3;
  const half = <usize>work.units * rowBytes;
  clear(outputs, rowBytes);
  let at: usize = 0;
  for (let i = 0; i < work.units; i++) {
    const a = v128.load64_splat(work.amplitude + (<usize>i << 3));
    for (let s: usize = 0; s < rowBytes; s += 16, at += 16) {
      const g = v128.load(work.values + at);
      const h = v128.load(work.values + half + at);
      const ag = f64x2.mul(a, g);
      v128.store(slopes + at, f64x2.mul(f64x2.mul(a, v128.load(work.derivatives + at)), h));
      v128.store(slopes + half + at, f64x2.mul(ag, v128.load(work.derivatives + half + at)));
      v128.store(slopes + 2 * half + at, f64x2.mul(g, h));
      v128.store(outputs + s, f64x2.add(v128.load(outputs + s), f64x2.mul(ag, h)));
    }
  }
  const left = <usize>(work.points - rows) << 3;
  if (left == 0) return;
  for (let row = slopes; row < slopes + 3 * half; row += rowBytes) {
    memory.fill(row + rowBytes - left, 0, left);
  }
}

/** Outputs become residuals, and weights their shares of the mean. */
function weigh(work: Pass, outputs: usize, targets: usize, rows: i32): void {
  const divisor = load<f64>(work.divisor);
  clear(work.weights, <usize>work.points << 3);
  for (let s: usize = 0; s < <usize>rows << 3; s += 8) {
    const residual = load<f64>(outputs + s) - load<f64>(targets + s);
    store<f64>(outputs + s, residual);
    store<f64>(work.weights + s, residual / divisor);
  }
  const end = <usize>work.points << 3;
  for (let s = <usize>rows << 3; s < end; s += 8) store<f64>(outputs + s, 0);
}

/** The gradient by two rows at a time, one in each lane, four points at a time. */
function addRows(work: Pass, slopes: usize, coordinates: usize): void {
  const rowBytes = <usize>work.points << 3;
  const d = <usize>work.inputDim << 4;
  let sums = work.rowSums;
  let first = slopes;
  for (let i = 0; i < work.units; i++, first += 2 * rowBytes, sums += d) {
    const second = first + rowBytes;
    for (let s: usize = 0; s < rowBytes; s += 32) {
      const w = work.weights + s;
      const p0 = weighted(first + s, second + s, w);
      const p1 = weighted(first + s + 8, second + s + 8, w + 8);
      const p2 = weighted(first + s + 16, second + s + 16, w + 16);
      const p3 = weighted(first + s + 24, second + s + 24, w + 24);
      let x = coordinates + s;
      for (let at = sums; at < sums + d; at += 16, x += rowBytes) {
        const one = f64x2.add(
          f64x2.mul(p0, v128.load64_splat(x)), f64x2.mul(p1, v128.load64_splat(x, 8)),
        );
        const two = f64x2.add(
          f64x2.mul(p2, v128.load64_splat(x, 16)), f64x2.mul(p3, v128.load64_splat(x, 24)),
        );
        v128.store(at, f64x2.add(v128.load(at), f64x2.add(one, two)));
      }
    }
  }
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function weighted(first: usize, second: usize, weight: usize): v128 {
  const both = v128.load64_lane(second, v128.load64_zero(first), 1);
  return f64x2.mul(both, v128.load64_splat(weight));
}

/** The gradient by the amplitudes. */
function addUnits(work: Pass, outputs: usize): void {
  const rowBytes = <usize>work.points << 3;
  for (let i = 0; i < work.units; i++) {
    const row = outputs + <usize>i * rowBytes;
    const target = work.unitSums + (<usize>i << 3);
    for (let start: usize = 0; start < rowBytes; start += <usize>CHUNK << 3) {
      let sum: f64 = 0;
      const end = min(start + (<usize>CHUNK << 3), rowBytes);
      for (let s = start; s < end; s += 8) {
        sum += load<f64>(row + s) * load<f64>(work.weights + s);
      }
      store<f64>(target, load<f64>(target) + sum);
    }
  }
}
