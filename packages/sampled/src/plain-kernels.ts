import type { LeastSquaresKernels, PairSums, PairVectors } from '@softmoe/kernels/least-squares';
import { at } from '@softmoe/model/linalg';

/** What Levenberg–Marquardt on a sample spends its time on. */
export type Kernels = Pick<LeastSquaresKernels, 'pairSums' | 'solvePositive'>;

/**
 * The kernels of `@softmoe/kernels/least-squares` in plain JavaScript, for engines without SIMD: the same bits, since they round and
 * add up in the same order.
 */
export const plainKernels: Kernels = { pairSums, solvePositive };

function pairSums(left: PairVectors, right: PairVectors, points: number): PairSums {
  const rows = left.pairs.length / 2;
  const columns = right.pairs.length / 2;
  const sums = new Float64Array(rows * columns);
  const blocks = left.vectors.length / (left.count * points);
  for (let block = 0; block < blocks; block++) {
    const ours = productsOf(left, block, points);
    const others = productsOf(right, block, points);
    for (let p = 0; p < rows; p++) {
      for (let q = 0; q < columns; q++) {
        let sum = 0;
        for (let s = 0; s < points; s++) {
          sum = Math.fround(sum + Math.fround(ours[p * points + s]! * others[q * points + s]!));
        }
        sums[p * columns + q] = at(sums, p * columns + q) + sum;
      }
    }
  }
  return { sums, columns };
}

/** Products of all pairs at the points of a block, [pairs, points]. */
function productsOf(
  { vectors, count, pairs }: PairVectors,
  block: number,
  points: number,
): Float32Array {
  const products = new Float32Array((pairs.length / 2) * points);
  for (let p = 0; 2 * p < pairs.length; p++) {
    const a = (block * count + pairs[2 * p]!) * points;
    const b = (block * count + pairs[2 * p + 1]!) * points;
    for (let s = 0; s < points; s++) products[p * points + s] = vectors[a + s]! * vectors[b + s]!;
  }
  return products;
}

function solvePositive(
  matrix: Float64Array,
  shift: number,
  rhs: Float64Array,
): Float64Array | undefined {
  const n = rhs.length;
  const factor = matrix.slice();
  for (let i = 0; i < n; i++) {
    factor[i * n + i] = at(factor, i * n + i) + shift;
    for (let j = 0; j <= i; j++) {
      const even = j - (j % 2);
      let rest = at(factor, i * n + j) - twoSums(factor, i * n, factor, j * n, even);
      if (even < j) rest -= at(factor, i * n + even) * at(factor, j * n + even);
      if (j < i) factor[i * n + j] = rest / at(factor, j * n + j);
      else if (rest > 0) factor[i * n + j] = Math.sqrt(rest);
      else return undefined;
    }
  }
  const x = rhs.slice();
  for (let i = 0; i < n; i++) {
    const even = i - (i % 2);
    let rest = at(x, i) - twoSums(factor, i * n, x, 0, even);
    if (even < i) rest -= at(factor, i * n + even) * at(x, even);
    x[i] = rest / at(factor, i * n + i);
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = at(x, i) / at(factor, i * n + i);
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] = at(x, k) - at(factor, i * n + k) * value;
  }
  return x;
}

/** Inner product of `length` numbers, an even number of them: the sum over even places, plus that over odd ones. */
function twoSums(
  x: Float64Array,
  xStart: number,
  y: Float64Array,
  yStart: number,
  length: number,
): number {
  let even = 0;
  let odd = 0;
  for (let k = 0; k < length; k += 2) {
    even += at(x, xStart + k) * at(y, yStart + k);
    odd += at(x, xStart + k + 1) * at(y, yStart + k + 1);
  }
  return even + odd;
}
