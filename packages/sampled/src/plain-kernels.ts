import {
  isSupported,
  type LeastSquaresKernels,
  loadLeastSquaresKernels,
} from '@softmoe/kernels/least-squares';
import { at } from '@softmoe/model/linalg';
import { gaussNewton } from './plain-gauss-newton.ts';

/** What Levenberg–Marquardt on a sample spends its time on. */
export type Kernels = Pick<LeastSquaresKernels, 'gaussNewton' | 'solvePositive'> &
  Partial<Pick<LeastSquaresKernels, 'pass'>>;

/**
 * The kernels of `@softmoe/kernels/least-squares` in plain JavaScript, for engines without SIMD: the same bits, since they round and
 * add up in the same order. Their pass over the points is `passOver`.
 */
export const plainKernels: Kernels = { gaussNewton, solvePositive };

/** The kernels of `@softmoe/kernels` where this engine runs them, else plain ones. */
export function kernelsHere(): Kernels | Promise<Kernels> {
  return isSupported('simd') ? loadLeastSquaresKernels() : plainKernels;
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
