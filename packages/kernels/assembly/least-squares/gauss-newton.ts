// The mean product of the derivatives of a model by its parameters, in tangent coordinates, from pair sums. The derivative by a
// row is its slope times the coordinates of the point; the reflection of a row is I − uuᵀ, of which the first coordinate is left out.

import { clear } from '../panels';
import { addPairSums } from './pair-sums';
import { Pairs, Work } from './records';
import { scaleVectors } from './scale';

/** Fills the matrix. */
export function gaussNewton(work: Work): void {
  scaleVectors(
    work.slopeNumbers, work.blocks, work.slopes, work.points, work.slopeVectors, work.slopeScales,
  );
  scaleVectors(
    work.coordinateNumbers, work.blocks, work.coordinates, work.points, work.coordinateVectors, work.coordinateScales,
  );
  const n = work.dimension;
  clear(work.matrix, <usize>n * <usize>n << 3);
  sumPairs(work, work.byRows);
  sumPairs(work, work.byAmplitudes);
  addRows(work);
  addAmplitudes(work);
  mirror(work.matrix, n);
}

function sumPairs(work: Work, pairs: Pairs): void {
  clear(pairs.sums, <usize>pairs.rows * <usize>pairs.columns << 3);
  addPairSums(work, pairs);
}

/** (I − u_b u_bᵀ) S (I − u_c u_cᵀ) for every pair b ≤ c of rows, with the symmetric sums S of pairs of coordinates. */
function addRows(work: Work): void {
  const pairs = work.byRows;
  const n = work.paired;
  const reflectionBytes = <usize>work.coordinates << 3;
  let sums = pairs.sums;
  for (let p = 0; p < pairs.count; p++) {
    const b = load<i32>(pairs.slopes + (<usize>p << 3));
    const c = load<i32>(pairs.slopes + (<usize>p << 3), 4);
    const factor = scaleOf(work.slopeScales, b) * scaleOf(work.slopeScales, c);
    expand(work, sums, factor);
    reflectColumns(work.block, n, work.reflections + <usize>c * reflectionBytes);
    reflectRows(work.block, n, work.reflections + <usize>b * reflectionBytes, work.vector);
    addBlock(work, b, c);
    sums += <usize>pairs.columns << 3;
  }
}

/** The mean of the products with derivatives by amplitudes: vectors, reflected. */
function addAmplitudes(work: Work): void {
  const pairs = work.byAmplitudes;
  const n = work.coordinates;
  const vector = work.vector;
  const mean = load<f64>(work.mean);
  let sums = pairs.sums;
  for (let p = 0; p < pairs.count; p++) {
    const unit = load<i32>(pairs.slopes + (<usize>p << 3));
    const b = load<i32>(pairs.slopes + (<usize>p << 3), 4);
    const factor = scaleOf(work.slopeScales, unit) * scaleOf(work.slopeScales, b);
    for (let j = 0; j < n; j++) {
      const at = <usize>j << 3;
      store<f64>(vector + at, load<f64>(sums + at) * factor * (scaleOf(work.coordinateScales, j) * mean));
    }
    if (b < work.rows) reflectVector(vector, n, work.reflections + (<usize>(b * n) << 3));
    const own = placeOf(work, unit, n - 1);
    for (let j = 0; j < n; j++) {
      const place = placeOf(work, b, j);
      if (place >= 0) add(work, own, place, load<f64>(vector + (<usize>j << 3)));
    }
    sums += <usize>pairs.columns << 3;
  }
}

/** Writes the symmetric matrix of the sums of pairs j ≤ k of coordinates to the block. */
function expand(work: Work, sums: usize, factor: f64): void {
  const n = work.paired;
  const mean = load<f64>(work.mean);
  const scales = work.coordinateScales;
  for (let j = 0; j < n; j++) {
    const scale = scaleOf(scales, j) * mean;
    for (let k = j; k < n; k++, sums += 8) {
      const value = load<f64>(sums) * factor * (scale * scaleOf(scales, k));
      store<f64>(work.block + (<usize>(j * n + k) << 3), value);
      store<f64>(work.block + (<usize>(k * n + j) << 3), value);
    }
  }
}

function reflectColumns(block: usize, n: i32, u: usize): void {
  for (let j = 0; j < n; j++) reflectVector(block + (<usize>(j * n) << 3), n, u);
}

/** y − u (u·y). */
function reflectVector(y: usize, n: i32, u: usize): void {
  let along: f64 = 0;
  const bytes = <usize>n << 3;
  for (let at: usize = 0; at < bytes; at += 8) along += load<f64>(u + at) * load<f64>(y + at);
  for (let at: usize = 0; at < bytes; at += 8) {
    store<f64>(y + at, load<f64>(y + at) - along * load<f64>(u + at));
  }
}

/** {@link reflectVector} for all columns at once. */
function reflectRows(block: usize, n: i32, u: usize, along: usize): void {
  const bytes = <usize>n << 3;
  for (let at: usize = 0; at < bytes; at += 8) store<f64>(along + at, 0);
  let row = block;
  for (let j: usize = 0; j < bytes; j += 8, row += bytes) {
    const x = load<f64>(u + j);
    for (let at: usize = 0; at < bytes; at += 8) {
      store<f64>(along + at, load<f64>(along + at) + x * load<f64>(row + at));
    }
  }
  row = block;
  for (let j: usize = 0; j < bytes; j += 8, row += bytes) {
    const x = load<f64>(u + j);
    for (let at: usize = 0; at < bytes; at += 8) {
      store<f64>(row + at, load<f64>(row + at) - x * load<f64>(along + at));
    }
  }
}

/** Adds the block to the lower triangle, on the diagonal the half of it that lies there. */
function addBlock(work: Work, b: i32, c: i32): void {
  const n = work.paired;
  for (let j = 0; j < n; j++) {
    const p = placeOf(work, b, j);
    if (p < 0) continue;
    for (let k = b == c ? j : 0; k < n; k++) {
      const q = placeOf(work, c, k);
      if (q >= 0) add(work, p, q, load<f64>(work.block + (<usize>(j * n + k) << 3)));
    }
  }
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function placeOf(work: Work, slope: i32, coordinate: i32): i32 {
  return load<i32>(work.places + (<usize>(slope * work.coordinates + coordinate) << 2));
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function scaleOf(scales: usize, v: i32): f64 {
  return load<f64>(scales + (<usize>v << 3));
}

/** Adds to the entry of the lower triangle of two coordinates. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function add(work: Work, p: i32, q: i32, value: f64): void {
  const at = work.matrix + (<usize>(max(p, q) * work.dimension + min(p, q)) << 3);
  store<f64>(at, load<f64>(at) + value);
}

function mirror(matrix: usize, n: i32): void {
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < p; q++) {
      store<f64>(matrix + (<usize>(q * n + p) << 3), load<f64>(matrix + (<usize>(p * n + q) << 3)));
    }
  }
}
