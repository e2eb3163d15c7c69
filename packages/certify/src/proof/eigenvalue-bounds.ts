import { at, axpyAt, dotAt, type Steps, scaleAt } from '@softmoe/model/linalg';
import { gamma } from './enclosed-dot.ts';
import type { EnclosedMatrix } from './hessian-enclosure.ts';
import { down, powerOfTwo, up } from './interval.ts';

/** How far the tried bounds lie from the estimate of the eigenvalue, relative to it. Each costs a factorisation. */
const MARGINS: readonly number[] = [1e-4, 1e-3, 1e-2, 0.05, 0.2, 0.5, 1];
/** Bounds tried for a matrix that is not positive definite, relative to minus its trace. */
const DEFICITS: readonly number[] = [1e-14, 1e-12, 1e-10, 1e-8];
const ITERATIONS = 60;
/** What an entry of a factor may lose by underflow, generously. */
const UNDERFLOW: number = powerOfTwo(-1000);

/**
 * A proved lower bound of the least eigenvalue of every matrix that `enclosed` encloses, docs/theory.md (64): A − cI has a
 * Cholesky factor in float64, and so none of its eigenvalues is below minus what rounding can hide (S. M. Rump, "Verification
 * of positive definiteness", BIT 46, 2006). Where A itself has none, negative c are tried; −Infinity where none gives one. Yields the number of
 * rows done so far, of all factorisations.
 */
export function* leastEigenvalueBound({
  size,
  data,
  radius,
}: Omit<EnclosedMatrix, 'entryRadius'>): Steps<number> {
  const estimate = yield* estimateLeast(data, size);
  const candidates =
    estimate === undefined
      ? DEFICITS.map((deficit) => -deficit * traceOf(data, size))
      : MARGINS.map((margin) => estimate * (1 - margin));
  for (const [n, c] of candidates.entries()) {
    const shifted = shiftedBy(-c, data, size, 1);
    const hidden = yield* hiddenByRounding(shifted, size, c, (n + 1) * size);
    if (hidden !== undefined) return down(down(c - hidden) - radius);
  }
  return -Infinity;
}

/** A proved upper bound of the largest eigenvalue of every matrix that `enclosed` encloses, as {@link leastEigenvalueBound}. */
export function* largestEigenvalueBound({
  size,
  data,
  radius,
}: Omit<EnclosedMatrix, 'entryRadius'>): Steps<number> {
  const estimate = yield* estimateLargest(data, size);
  for (const [n, margin] of MARGINS.entries()) {
    const c = estimate * (1 + margin);
    const negative = shiftedBy(c, data, size, -1);
    const hidden = yield* hiddenByRounding(negative, size, c, n * size);
    if (hidden !== undefined) return up(up(c + hidden) + radius);
  }
  return Infinity;
}

/** A bound on the trace from above. */
function traceOf(matrix: Float64Array, size: number): number {
  let trace = 0;
  for (let p = 0; p < size; p++) trace = up(trace + (matrix[p * (size + 1)] ?? 0));
  return trace;
}

/** shift·I + sign·A, in a loop of its own: a matrix of 40 units has 4·10⁷ entries. */
function shiftedBy(shift: number, matrix: Float64Array, size: number, sign: 1 | -1): Float64Array {
  const result = matrix.slice();
  if (sign < 0) scaleAt(-1, matrix, 0, result, 0, result.length);
  for (let p = 0; p < result.length; p += size + 1) result[p] = shift + at(result, p);
  return result;
}

/**
 * Cholesky's decomposition of A in float64. Where it succeeds, λ_min(A) ≥ −γ/(1 − γ) tr A with γ = γ_{n+1} (J. Demmel; N. Higham,
 * "Accuracy and stability of numerical algorithms", theorem 10.5, for sums in any order); with what the subtraction of c on the
 * diagonal rounded.
 */
function* hiddenByRounding(
  matrix: Float64Array,
  size: number,
  c: number,
  done: number,
): Steps<number | undefined> {
  const trace = traceOf(matrix, size);
  let largest = 0;
  for (let p = 0; p < size; p++) {
    largest = Math.max(largest, Math.abs(matrix[p * (size + 1)] ?? 0));
  }
  if (!(yield* factorise(matrix, size, done))) return undefined;
  const g = gamma(size + 8);
  const factorisation = up(up(g * 1.01) * trace);
  const underflow = size * size * UNDERFLOW * (1 + largest);
  return up(up(factorisation + underflow) + up(Number.EPSILON * up(Math.abs(c) + largest)));
}

/** Replaces the lower triangle by L with LLᵀ = matrix, row by row. False where a pivot is not positive. */
function* factorise(matrix: Float64Array, size: number, done: number): Steps<boolean> {
  for (let p = 0; p < size; p++) {
    yield done + p;
    if (!factoriseRow(matrix, size, p)) return false;
  }
  return true;
}

function factoriseRow(matrix: Float64Array, size: number, p: number): boolean {
  const top = p * size;
  for (let q = 0; q < p; q++) {
    const rest = at(matrix, top + q) - dotAt(matrix, top, matrix, q * size, q);
    matrix[top + q] = rest / at(matrix, q * (size + 1));
  }
  const pivot = at(matrix, top + p) - dotAt(matrix, top, matrix, top, p);
  if (!(pivot > 0 && pivot < Infinity)) return false;
  matrix[top + p] = Math.sqrt(pivot);
  return true;
}

/** Rayleigh's quotient after some steps of the power method. */
function* estimateLargest(matrix: Float64Array, size: number): Steps<number> {
  let vector = start(size);
  let value = 0;
  for (let n = 0; n < ITERATIONS; n++) {
    yield 0;
    const image = productOf(matrix, vector);
    value = vector.reduce((sum, x, p) => sum + x * (image[p] ?? 0), 0);
    vector = normalised(image);
  }
  return value;
}

/** Rayleigh's quotient after some steps of inverse iteration; undefined where the matrix has no Cholesky factor. */
function* estimateLeast(matrix: Float64Array, size: number): Steps<number | undefined> {
  const factor = matrix.slice();
  if (!(yield* factorise(factor, size, 0))) return undefined;
  let vector = start(size);
  let value = 0;
  for (let n = 0; n < ITERATIONS; n++) {
    yield size;
    const x = solvedBy(factor, vector);
    value = 1 / vector.reduce((sum, y, p) => sum + y * (x[p] ?? 0), 0);
    vector = normalised(x);
  }
  return value;
}

function productOf(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return vector.map((_, p) => dotAt(matrix, p * size, vector, 0, size));
}

/** x with LLᵀx = b. */
function solvedBy(factor: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const x = b.slice();
  for (let p = 0; p < size; p++) {
    x[p] = (at(x, p) - dotAt(factor, p * size, x, 0, p)) / at(factor, p * (size + 1));
  }
  for (let p = size - 1; p >= 0; p--) {
    const value = at(x, p) / at(factor, p * (size + 1));
    x[p] = value;
    axpyAt(-value, factor, p * size, x, 0, p);
  }
  return x;
}

function start(size: number): Float64Array {
  return normalised(Float64Array.from({ length: size }, (_, p) => Math.sin(p * p + 1)));
}

function normalised(x: Float64Array): Float64Array {
  const length = Math.sqrt(x.reduce((sum, y) => sum + y * y, 0));
  return x.map((y) => y / length);
}
