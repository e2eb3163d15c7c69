import type { Expert, ExpertFamily } from '../function.ts';
import { probit } from '../gates/probit.ts';

/** h(z) = z Φ(z) with the exact Φ, not an approximation by tanh; h′(z) = Φ(z) + z φ(z). */
const expert: Expert = {
  name: 'gelu',
  parity: 'none',
  value: (z) => z * probit.value(z),
  derivative: (z) => probit.value(z) + z * probit.derivative(z),
  evaluate(z, value, derivative) {
    for (let k = 0; k < z.length; k++) {
      const phi = probit.value(z[k]!);
      value[k] = z[k]! * phi;
      derivative[k] = phi + z[k]! * probit.derivative(z[k]!);
    }
  },
};

export const gelu: ExpertFamily<{ readonly kind: 'gelu' }> = {
  constants: [],
  create: () => expert,
};
