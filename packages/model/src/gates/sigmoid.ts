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
  /** First all exponentials, then what is made of them: the processor works on several at a time. */
  evaluate(z, value, derivative) {
    for (let k = 0; k < z.length; k++) value[k] = exp(-Math.abs(at(z, k)));
    for (let k = 0; k < z.length; k++) {
      const e = at(value, k);
      const g = 1 / (1 + e);
      value[k] = at(z, k) < 0 ? e * g : g;
      derivative[k] = e * g * g;
    }
  },
};
