import type { Gate } from '../function.ts';
import { exp, expm1 } from '../linalg/elementary.ts';
import { at } from '../linalg/vectors.ts';

/**
 * Hyperbolic tangent g(z) = 2σ(2z) − 1 with the logistic sigmoid σ; g′ = 1 − g², and the poles nearest to the real axis are
 * ±iπ/2. Odd, so c_0 = 0: experts get no head start over routers, docs/theory.md (22).
 */
export const tanh: Gate = {
  name: 'tanh',
  parity: 'odd',
  singularity: Math.PI / 2,
  value(z) {
    if (z === 0) return z;
    const e = expm1(-2 * Math.abs(z));
    return z < 0 ? e / (2 + e) : -e / (2 + e);
  },
  /** With e = e^{−2|z|}: tanh′z = 4e/(1 + e)², which rounding may leave above 1 near 0. */
  derivative(z) {
    const e = exp(-2 * Math.abs(z));
    return Math.min(1, (4 * e) / ((1 + e) * (1 + e)));
  },
  /** With e = e^{−2|z|} − 1: tanh|z| = −e/(2 + e) and tanh′z = 4(1 + e)/(2 + e)². */
  evaluate(z, value, derivative) {
    for (let k = 0; k < z.length; k++) {
      const x = at(z, k);
      const e = expm1(-2 * Math.abs(x));
      const scale = 1 / (2 + e);
      value[k] = x < 0 ? e * scale : -e * scale;
      derivative[k] = Math.min(1, 4 * (1 + e) * scale * scale);
    }
  },
};
