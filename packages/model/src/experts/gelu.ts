import type { Expert, ExpertFamily } from '../function.ts';
import { probit } from '../gates/probit.ts';
import { at } from '../linalg/vectors.ts';

/** h(z) = z Φ(z) with the exact Φ, not an approximation by tanh; h′(z) = Φ(z) + z φ(z). */
const expert: Expert = {
  name: 'gelu',
  parity: 'none',
  value: (z) => z * probit.value(z),
  derivative: (z) => probit.value(z) + z * probit.derivative(z),
  evaluate(z, value, derivative) {
    for (let k = 0; k < z.length; k++) {
      const x = at(z, k);
      const phi = probit.value(x);
      value[k] = x * phi;
      derivative[k] = phi + x * probit.derivative(x);
    }
  },
};

export const gelu: ExpertFamily<{ readonly kind: 'gelu' }> = {
  constants: [],
  create: () => expert,
};
