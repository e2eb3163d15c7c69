import type { GaussNewtonProblem, PairsOf } from '@softmoe/kernels/least-squares';
import { addAt, at } from '@softmoe/model/linalg';

/**
 * `gaussNewton` of `@softmoe/kernels/least-squares` in plain JavaScript, to the same bits: it rounds and adds up in the same order.
 * Nothing is checked.
 */
export function gaussNewton(problem: GaussNewtonProblem): Float64Array {
  const { byRows, byAmplitudes, dimension: n } = problem;
  const blocks = problem.coordinates.length / (problem.wide * problem.points);
  const slopes = scaled(problem.slopes, blocks, problem.points);
  const coordinates = scaled(problem.coordinates, blocks, problem.points);
  const matrix = new Float64Array(n * n);
  addRows(problem, pairSums(byRows, slopes, coordinates), slopes, coordinates, matrix);
  addAmplitudes(problem, pairSums(byAmplitudes, slopes, coordinates), slopes, coordinates, matrix);
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < p; q++) matrix[q * n + p] = at(matrix, p * n + q);
  }
  return matrix;
}

/** float64 vectors as float32, each divided by the power of two that brings its largest number to between 1 and 2. */
interface Scaled {
  /** [blocks, count, points] */
  readonly vectors: Float32Array;
  readonly scales: Float64Array;
  readonly count: number;
  readonly points: number;
}

function scaled(numbers: Float64Array, blocks: number, points: number): Scaled {
  const count = numbers.length / (blocks * points);
  const largest = new Float64Array(count);
  const vectorOf = (k: number) => Math.floor(k / points) % count;
  numbers.forEach((x, k) => {
    const v = vectorOf(k);
    if (Math.abs(x) > at(largest, v)) largest[v] = Math.abs(x);
  });
  const scales = largest.map(powerBelow);
  const vectors = Float32Array.from(numbers, (x, k) => x * (1 / at(scales, vectorOf(k))));
  return { vectors, scales, count, points };
}

const bits = new DataView(new ArrayBuffer(8));

/** The largest power of two that is at most `x`, within 2^±1000; 1 for 0. */
function powerBelow(x: number): number {
  if (x === 0) return 1;
  bits.setFloat64(0, x);
  return 2 ** Math.min(1000, Math.max(-1000, (bits.getUint32(0) >>> 20) - 1023));
}

/** Σ_s a_s b_s x_s y_s for pairs of slopes and pairs of coordinates, row-major. */
function pairSums(pairs: PairsOf, slopes: Scaled, coordinates: Scaled): Float64Array {
  const { points } = slopes;
  const rows = pairs.slopes.length / 2;
  const columns = pairs.coordinates.length / 2;
  const sums = new Float64Array(rows * columns);
  const blocks = slopes.vectors.length / (slopes.count * points);
  for (let block = 0; block < blocks; block++) {
    const left = productsOf(pairs.slopes, slopes, block);
    const right = productsOf(pairs.coordinates, coordinates, block);
    for (let p = 0; p < rows; p++) {
      for (let q = 0; q < columns; q++) {
        let sum = 0;
        for (let s = 0; s < points; s++) {
          const term = Math.fround(left[p * points + s]! * right[q * points + s]!);
          sum = Math.fround(sum + term);
        }
        addAt(sums, p * columns + q, sum);
      }
    }
  }
  return sums;
}

/** Products of all pairs at the points of a block, [pairs, points]. */
function productsOf(
  pairs: Int32Array,
  { vectors, count, points }: Scaled,
  block: number,
): Float32Array {
  const products = new Float32Array((pairs.length / 2) * points);
  for (let p = 0; 2 * p < pairs.length; p++) {
    const a = (block * count + pairs[2 * p]!) * points;
    const b = (block * count + pairs[2 * p + 1]!) * points;
    for (let s = 0; s < points; s++) products[p * points + s] = vectors[a + s]! * vectors[b + s]!;
  }
  return products;
}

/** (I − u_b u_bᵀ) S (I − u_c u_cᵀ) for every pair b ≤ c of rows, with the symmetric sums S of pairs of coordinates. */
function addRows(
  { byRows, paired: n, wide, reflections, places, dimension, mean }: GaussNewtonProblem,
  sums: Float64Array,
  slopes: Scaled,
  coordinates: Scaled,
  matrix: Float64Array,
): void {
  const block = new Float64Array(n * n);
  const columns = byRows.coordinates.length / 2;
  for (let p = 0; 2 * p < byRows.slopes.length; p++) {
    const b = byRows.slopes[2 * p]!;
    const c = byRows.slopes[2 * p + 1]!;
    const factor = at(slopes.scales, b) * at(slopes.scales, c);
    for (let j = 0, q = p * columns; j < n; j++) {
      const scale = at(coordinates.scales, j) * mean;
      for (let k = j; k < n; k++, q++) {
        const value = at(sums, q) * factor * (scale * at(coordinates.scales, k));
        block[j * n + k] = value;
        block[k * n + j] = value;
      }
    }
    for (let j = 0; j < n; j++) reflect(block, j * n, 1, n, reflections, c * wide);
    for (let k = 0; k < n; k++) reflect(block, k, n, n, reflections, b * wide);
    for (let j = 0; j < n; j++) {
      for (let k = b === c ? j : 0; k < n; k++) {
        const row = places[b * wide + j]!;
        const column = places[c * wide + k]!;
        if (row >= 0 && column >= 0) add(matrix, dimension, row, column, at(block, j * n + k));
      }
    }
  }
}

/** The mean of the products with derivatives by amplitudes: vectors, reflected. */
function addAmplitudes(
  { byAmplitudes, rows, wide, reflections, places, dimension, mean }: GaussNewtonProblem,
  sums: Float64Array,
  slopes: Scaled,
  coordinates: Scaled,
  matrix: Float64Array,
): void {
  for (let p = 0; 2 * p < byAmplitudes.slopes.length; p++) {
    const unit = byAmplitudes.slopes[2 * p]!;
    const b = byAmplitudes.slopes[2 * p + 1]!;
    const factor = at(slopes.scales, unit) * at(slopes.scales, b);
    const vector = Float64Array.from({ length: wide }, (_, j) => {
      return at(sums, p * wide + j) * factor * (at(coordinates.scales, j) * mean);
    });
    if (b < rows) reflect(vector, 0, 1, wide, reflections, b * wide);
    const own = places[unit * wide + wide - 1]!;
    for (let j = 0; j < wide; j++) {
      const place = places[b * wide + j]!;
      if (place >= 0) add(matrix, dimension, own, place, at(vector, j));
    }
  }
}

/** y − u (u·y) for the n numbers of `y` from `start` on, `step` apart, and those of `u` from `from` on. */
function reflect(
  y: Float64Array,
  start: number,
  step: number,
  n: number,
  u: Float64Array,
  from: number,
): void {
  let along = 0;
  for (let j = 0; j < n; j++) along += at(u, from + j) * at(y, start + j * step);
  for (let j = 0; j < n; j++) addAt(y, start + j * step, -(along * at(u, from + j)));
}

/** Adds to the entry of the lower triangle of two places. */
function add(matrix: Float64Array, n: number, p: number, q: number, value: number): void {
  addAt(matrix, Math.max(p, q) * n + Math.min(p, q), value);
}
