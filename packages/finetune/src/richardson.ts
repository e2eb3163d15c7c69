import { dotAt, type NDArray, zeros } from '@softmoe/model';

/** Distances of two central differences: small beside the scale of what is differentiated, large beside rounding. */
export const FAR: number = 1e-3;
export const NEAR: number = FAR / 2;

/** A symmetric matrix of second derivatives from differences, and an estimate of its error in the spectral norm. */
export interface DifferenceHessian {
  readonly hessian: NDArray;
  readonly error: number;
}

/**
 * Richardson's extrapolation of second derivatives [n, n] by central differences at {@link FAR} and at {@link NEAR}, made
 * symmetric, docs/theory.md (39): of error O(h⁴). The error estimate is that of the nearer difference, which is larger,
 * plus the asymmetry that is left.
 */
export function extrapolated(far: NDArray, near: NDArray): DifferenceHessian {
  const n = near.shape[0]!;
  const correction = near.data.map((x, i) => (x - far.data[i]!) / 3);
  const raw = near.data.map((x, i) => x + correction[i]!);
  const hessian = zeros([n, n]);
  let asymmetry = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      hessian.data[i * n + j] = 0.5 * (raw[i * n + j]! + raw[j * n + i]!);
      asymmetry += (0.5 * (raw[i * n + j]! - raw[j * n + i]!)) ** 2;
    }
  }
  const square = dotAt(correction, 0, correction, 0, correction.length);
  return { hessian, error: Math.sqrt(square) + Math.sqrt(asymmetry) };
}
