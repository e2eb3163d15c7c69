// Which pass a gate or an expert is. The choice is made once a block, outside of all loops over numbers.

import { BLOCK_ROWS, ROWS_BYTES } from './layout';
import { sigmoid, tanh } from './logistic';
import { gelu, probit } from './normal';
import { hermite2, hermite3, linear, polynomial, relu } from './polynomial';

// The same numbers as in src/spec.ts; the default below is 8, the polynomial.
const SIGMOID: i32 = 0;
const TANH: i32 = 1;
const PROBIT: i32 = 2;
const LINEAR: i32 = 3;
const RELU: i32 = 4;
const GELU: i32 = 5;
const HERMITE_2: i32 = 6;
const HERMITE_3: i32 = 7;
/** Not a function of one number: softmax.ts. */
export const SOFTMAX: i32 = 9;

/** f(z) in place and f′(z) for `units` rows of 64 numbers of which the first `rows` count; both [units][64]. */
export function evaluateUnits(
  kind: i32, z: usize, slope: usize, units: i32, rows: i32, coefficients: usize,
): void {
  if (rows == BLOCK_ROWS) {
    evaluate(kind, z, slope, <usize>units * ROWS_BYTES, coefficients);
    return;
  }
  for (let i = 0; i < units; i++) {
    evaluate(kind, z, slope, <usize>rows << 2, coefficients);
    z += ROWS_BYTES;
    slope += ROWS_BYTES;
  }
}

/** f(z) in place and f′(z), `bytes` bytes each, a multiple of 16 and not 0. */
export function evaluate(
  kind: i32, z: usize, slope: usize, bytes: usize, coefficients: usize,
): void {
  switch (kind) {
    case SIGMOID: return sigmoid(z, slope, bytes);
    case TANH: return tanh(z, slope, bytes);
    case PROBIT: return probit(z, slope, bytes);
    case LINEAR: return linear(z, slope, bytes);
    case RELU: return relu(z, slope, bytes);
    case GELU: return gelu(z, slope, bytes);
    case HERMITE_2: return hermite2(z, slope, bytes);
    case HERMITE_3: return hermite3(z, slope, bytes);
    default: return polynomial(z, slope, bytes, coefficients);
  }
}
