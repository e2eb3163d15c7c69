// Solves A x = b for a symmetric positive definite A by Cholesky's factor in float64, four rows by two columns at a time. A sum over k is
// that over even k and that over odd ones, side by side. n is a multiple of four, and rows are n numbers long.

import { madd64 } from '../simd';

/**
 * Writes the factor L of A = L·Lᵀ over the lower triangle of `matrix` [n][n], then the x with A x = b over `b` [n]. False, with
 * neither of them of any use, where A is not positive definite to rounding.
 */
export function solvePositive(matrix: usize, n: i32, b: usize): bool {
  const rowBytes = <usize>n << 3;
  for (let i = 0; i < n; i += 4) {
    const rows = matrix + <usize>i * rowBytes;
    for (let j = 0; j < i + 4; j += 2) {
      const columns = matrix + <usize>j * rowBytes;
      subtractProducts(rows, columns, <usize>j << 3, rowBytes);
      const first = max(j - i, 0);
      if (!divideColumn(rows, columns, first, j, rowBytes, j >= i)) return false;
      const second = max(j + 1 - i, 0);
      subtractColumn(rows, columns + rowBytes, second, j, rowBytes);
      if (!divideColumn(rows, columns + rowBytes, second, j + 1, rowBytes, j >= i)) return false;
    }
  }
  solveLower(matrix, n, b);
  solveUpper(matrix, n, b);
  return true;
}

/** Takes from four rows, in two columns from byte `end` on, the sums over the columns before of products with two rows of the factor. */
function subtractProducts(rows: usize, columns: usize, end: usize, rowBytes: usize): void {
  const second = rows + rowBytes;
  const third = second + rowBytes;
  const fourth = third + rowBytes;
  const other = columns + rowBytes;
  let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (let at: usize = 0; at < end; at += 16) {
    const x = v128.load(columns + at);
    const y = v128.load(other + at);
    const a = v128.load(rows + at);
    a0 = madd64(a, x, a0);
    a1 = madd64(a, y, a1);
    const b = v128.load(second + at);
    b0 = madd64(b, x, b0);
    b1 = madd64(b, y, b1);
    const c = v128.load(third + at);
    c0 = madd64(c, x, c0);
    c1 = madd64(c, y, c1);
    const d = v128.load(fourth + at);
    d0 = madd64(d, x, d0);
    d1 = madd64(d, y, d1);
  }
  subtractSums(rows + end, a0, a1);
  subtractSums(second + end, b0, b1);
  subtractSums(third + end, c0, c1);
  subtractSums(fourth + end, d0, d1);
}

// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
function subtractSums(target: usize, x: v128, y: v128): void {
  const even = i64x2.shuffle(x, y, 0, 2);
  const odd = i64x2.shuffle(x, y, 1, 3);
  v128.store(target, f64x2.sub(v128.load(target), f64x2.add(even, odd)));
}

/** Takes from column j + 1 of the rows from `first` on the product of column j with that of the row `pivots` of the factor. */
function subtractColumn(rows: usize, pivots: usize, first: i32, j: i32, rowBytes: usize): void {
  const column = <usize>j << 3;
  const factor = load<f64>(pivots + column);
  for (let r = first; r < 4; r++) {
    const at = rows + <usize>r * rowBytes + column;
    store<f64>(at, load<f64>(at, 8) - load<f64>(at) * factor, 8);
  }
}

/**
 * Divides column j of the rows from `first` on by the pivot, in row j of the factor, `pivots`, which is one of them where `own`: then its
 * root is taken beforehand. False where that has none.
 */
function divideColumn(rows: usize, pivots: usize, first: i32, j: i32, rowBytes: usize, own: bool): bool {
  const column = <usize>j << 3;
  if (own) {
    const pivot = load<f64>(pivots + column);
    if (!(pivot > 0)) return false;
    store<f64>(pivots + column, sqrt<f64>(pivot));
    first++;
  }
  const pivot = load<f64>(pivots + column);
  for (let r = first; r < 4; r++) {
    const at = rows + <usize>r * rowBytes + column;
    store<f64>(at, load<f64>(at) / pivot);
  }
  return true;
}

/** L y = b. */
function solveLower(matrix: usize, n: i32, b: usize): void {
  let row = matrix;
  for (let i = 0; i < n; i++) {
    const end = <usize>i << 3;
    let sum = f64x2.splat(0);
    let at: usize = 0;
    for (; at + 8 < end; at += 16) sum = madd64(v128.load(row + at), v128.load(b + at), sum);
    let rest = load<f64>(b + end) - (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
    if (at < end) rest -= load<f64>(row + at) * load<f64>(b + at);
    store<f64>(b + end, rest / load<f64>(row + end));
    row += <usize>n << 3;
  }
}

/** Lᵀ x = y. */
function solveUpper(matrix: usize, n: i32, b: usize): void {
  let row = matrix + (<usize>(n - 1) * <usize>n << 3);
  for (let i = n - 1; i >= 0; i--) {
    const end = <usize>i << 3;
    const x = load<f64>(b + end) / load<f64>(row + end);
    store<f64>(b + end, x);
    for (let at: usize = 0; at < end; at += 8) {
      store<f64>(b + at, load<f64>(b + at) - load<f64>(row + at) * x);
    }
    row -= <usize>n << 3;
  }
}
