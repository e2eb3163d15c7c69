import { gamma } from './enclosed-dot.ts';
import type { EnclosedMatrix } from './hessian-enclosure.ts';
import { down, up } from './interval.ts';

/** How far the tried bounds lie from the estimate of the eigenvalue, relative to it. Each costs a factorisation. */
const MARGINS: readonly number[] = [1e-4, 1e-3, 1e-2, 0.05, 0.2, 0.5, 1];
const ITERATIONS = 60;

/**
 * A proved lower bound of the least eigenvalue of every matrix that `enclosed` encloses, docs/theory.md (64): A − cI has a
 * Cholesky factor in float64, and so none of its eigenvalues is below minus what rounding can hide (S. M. Rump, "Verification
 * of positive definiteness", BIT 46, 2006). −Infinity where none of the values tried for c ≥ 0 gives one.
 */
export function leastEigenvalueBound({
  size,
  data,
  radius,
}: Omit<EnclosedMatrix, 'entryRadius'>): number {
  const estimate = estimateLeast(data, size);
  if (estimate === undefined) return -Infinity;
  for (const margin of MARGINS) {
    const c = estimate * (1 - margin);
    const shifted = data.map((x, p) => (p % (size + 1) === 0 ? x - c : x));
    const hidden = hiddenByRounding(shifted, size, c);
    if (hidden !== undefined) return down(down(c - hidden) - radius);
  }
  return -Infinity;
}

/** A proved upper bound of the largest eigenvalue of every matrix that `enclosed` encloses, as {@link leastEigenvalueBound}. */
export function largestEigenvalueBound({
  size,
  data,
  radius,
}: Omit<EnclosedMatrix, 'entryRadius'>): number {
  const estimate = estimateLargest(data, size);
  for (const margin of MARGINS) {
    const c = estimate * (1 + margin);
    const negative = data.map((x, p) => (p % (size + 1) === 0 ? c - x : -x));
    const hidden = hiddenByRounding(negative, size, c);
    if (hidden !== undefined) return up(up(c + hidden) + radius);
  }
  return Infinity;
}

/**
 * Cholesky's decomposition of A in float64. Where it succeeds, λ_min(A) ≥ −γ/(1 − γ) tr A with γ = γ_{n+1} (J. Demmel; N. Higham,
 * "Accuracy and stability of numerical algorithms", theorem 10.5); with what the subtraction of c on the diagonal rounded.
 */
function hiddenByRounding(matrix: Float64Array, size: number, c: number): number | undefined {
  let trace = 0;
  let largest = 0;
  for (let p = 0; p < size; p++) {
    const diagonal = matrix[p * (size + 1)] ?? 0;
    trace = up(trace + diagonal);
    largest = Math.max(largest, Math.abs(diagonal));
  }
  if (!factorise(matrix, size)) return undefined;
  const g = gamma(size + 8);
  const factorisation = up(up(g * 1.01) * trace);
  const underflow = size * size * 2 ** -1000 * (1 + largest);
  return up(up(factorisation + underflow) + up(2 ** -52 * up(c + largest)));
}

/** Replaces the lower triangle by L with LLᵀ = matrix. False where a pivot is not positive. */
function factorise(matrix: Float64Array, size: number): boolean {
  for (let p = 0; p < size; p++) {
    const top = p * size;
    for (let q = 0; q <= p; q++) {
      const other = q * size;
      let sum = matrix[top + q] ?? Number.NaN;
      for (let a = 0; a < q; a++) sum -= (matrix[top + a] ?? 0) * (matrix[other + a] ?? 0);
      if (p === q) {
        if (!(sum > 0 && sum < Infinity)) return false;
        matrix[top + q] = Math.sqrt(sum);
      } else {
        matrix[top + q] = sum / (matrix[other + q] ?? Number.NaN);
      }
    }
  }
  return true;
}

/** Rayleigh's quotient after some steps of the power method. */
function estimateLargest(matrix: Float64Array, size: number): number {
  let vector = start(size);
  let value = 0;
  for (let n = 0; n < ITERATIONS; n++) {
    const image = new Float64Array(size);
    for (let p = 0; p < size; p++) {
      let sum = 0;
      for (let q = 0; q < size; q++) sum += (matrix[p * size + q] ?? 0) * (vector[q] ?? 0);
      image[p] = sum;
    }
    value = vector.reduce((sum, x, p) => sum + x * (image[p] ?? 0), 0);
    vector = normalised(image);
  }
  return value;
}

/** Rayleigh's quotient after some steps of inverse iteration; undefined where the matrix has no Cholesky factor. */
function estimateLeast(matrix: Float64Array, size: number): number | undefined {
  const factor = matrix.slice();
  if (!factorise(factor, size)) return undefined;
  let vector = start(size);
  let value = 0;
  for (let n = 0; n < ITERATIONS; n++) {
    const x = vector.slice();
    for (let p = 0; p < size; p++) {
      let sum = x[p] ?? 0;
      for (let a = 0; a < p; a++) sum -= (factor[p * size + a] ?? 0) * (x[a] ?? 0);
      x[p] = sum / (factor[p * (size + 1)] ?? 1);
    }
    for (let p = size - 1; p >= 0; p--) {
      const y = (x[p] ?? 0) / (factor[p * (size + 1)] ?? 1);
      x[p] = y;
      for (let a = 0; a < p; a++) x[a] = (x[a] ?? 0) - (factor[p * size + a] ?? 0) * y;
    }
    value = 1 / vector.reduce((sum, y, p) => sum + y * (x[p] ?? 0), 0);
    vector = normalised(x);
  }
  return value;
}

function start(size: number): Float64Array {
  return normalised(Float64Array.from({ length: size }, (_, p) => Math.sin(p * p + 1)));
}

function normalised(x: Float64Array): Float64Array {
  const length = Math.sqrt(x.reduce((sum, y) => sum + y * y, 0));
  return x.map((y) => y / length);
}
