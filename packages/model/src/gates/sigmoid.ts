import type { Gate } from '../function.ts';
import { exp } from '../linalg/elementary.ts';
import { at } from '../linalg/vectors.ts';

/** Logistic sigmoid g(z) = 1/(1 + e^{−z}): the soft, independent gate of docs/theory.md (1). */
export const sigmoid: Gate = {
  name: 'sigmoid',
  parity: 'none',
  singularity: Math.PI,
  value(z) {
    const e = exp(-Math.abs(z));
    return (z < 0 ? e : 1) / (1 + e);
  },
  derivative(z) {
    const e = exp(-Math.abs(z));
    return e / ((1 + e) * (1 + e));
  },
  evaluate(z, value, derivative) {
    for (let k = 0; k < z.length; k++) {
      const x = at(z, k);
      const e = exp(-Math.abs(x));
      const g = 1 / (1 + e);
      value[k] = x < 0 ? e * g : g;
      derivative[k] = e * g * g;
    }
  },
};
