import { ShapeError } from '../errors.ts';
import { type NDArray, zeros } from '../ndarray.ts';

/** The identity, [n, n]. */
export function identity(n: number): NDArray {
  const result = zeros([n, n]);
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
  return result;
}

/**
 * out = A Xᵀ for A [rows, d] and X [points, d], so out is [rows, points]. `rows` and `points` must be even: tiles of two
 * by two inner products share their loads. Throws {@link ShapeError}; the lengths of the arrays are not checked.
 *
 * @internal
 */
export function multiplyTransposed(
  a: Float64Array,
  rows: number,
  x: Float64Array,
  points: number,
  d: number,
  out: Float64Array,
): void {
  requireMultiple('rows', rows, 2);
  requireMultiple('points', points, 2);
  for (let i = 0; i < rows; i += 2) {
    const a0 = i * d;
    const a1 = a0 + d;
    for (let s = 0; s < points; s += 2) {
      const x0 = s * d;
      const x1 = x0 + d;
      let sum00 = 0;
      let sum01 = 0;
      let sum10 = 0;
      let sum11 = 0;
      for (let j = 0; j < d; j++) {
        const p = a[a0 + j]!;
        const q = a[a1 + j]!;
        const y = x[x0 + j]!;
        const z = x[x1 + j]!;
        sum00 += p * y;
        sum01 += p * z;
        sum10 += q * y;
        sum11 += q * z;
      }
      const o = i * points + s;
      out[o] = sum00;
      out[o + 1] = sum01;
      out[o + points] = sum10;
      out[o + points + 1] = sum11;
    }
  }
}

/**
 * out += C X for C [rows, points] and X [points, d]. `rows` must be even, `points` a multiple of four. Throws
 * {@link ShapeError}; the lengths of the arrays are not checked.
 *
 * @internal
 */
export function addProduct(
  c: Float64Array,
  rows: number,
  x: Float64Array,
  points: number,
  d: number,
  out: Float64Array,
): void {
  requireMultiple('rows', rows, 2);
  requireMultiple('points', points, 4);
  for (let i = 0; i < rows; i += 2) {
    const o0 = i * d;
    const o1 = o0 + d;
    for (let s = 0; s < points; s += 4) {
      const k0 = i * points + s;
      const k1 = k0 + points;
      const p0 = c[k0]!;
      const p1 = c[k0 + 1]!;
      const p2 = c[k0 + 2]!;
      const p3 = c[k0 + 3]!;
      const q0 = c[k1]!;
      const q1 = c[k1 + 1]!;
      const q2 = c[k1 + 2]!;
      const q3 = c[k1 + 3]!;
      const x0 = s * d;
      const x1 = x0 + d;
      const x2 = x1 + d;
      const x3 = x2 + d;
      for (let j = 0; j < d; j++) {
        const y0 = x[x0 + j]!;
        const y1 = x[x1 + j]!;
        const y2 = x[x2 + j]!;
        const y3 = x[x3 + j]!;
        out[o0 + j] = out[o0 + j]! + (p0 * y0 + p1 * y1 + (p2 * y2 + p3 * y3));
        out[o1 + j] = out[o1 + j]! + (q0 * y0 + q1 * y1 + (q2 * y2 + q3 * y3));
      }
    }
  }
}

/**
 * out = diag(a) (X ∘ Y) diag(w) for X and Y [units, stride] of which the first `points` columns count, a [units], w [points].
 *
 * @internal
 */
export function writeScaledProducts(
  a: Float64Array,
  x: Float64Array,
  y: Float64Array,
  w: Float64Array,
  points: number,
  stride: number,
  out: Float64Array,
): void {
  for (const [i, scale] of a.entries()) {
    const end = i * stride + points;
    for (let k = i * stride, s = 0; k < end; k++, s++) out[k] = w[s]! * scale * x[k]! * y[k]!;
  }
}

function requireMultiple(field: string, value: number, of: number): void {
  if (value % of === 0) return;
  const remedy = 'Pad the matrices with rows of zeros.';
  throw new ShapeError(`must be a multiple of ${of}`, { field, value, remedy });
}
