import { type Expert, type ExpertFamily, evaluate } from '../function.ts';
import { probit } from '../gates/probit.ts';
import { tanh as gate } from '../gates/tanh.ts';
import { at } from '../linalg/vectors.ts';

/** The experts of a kind without constants: the one function that all its specs describe. */
function familyOf<Kind extends string>(expert: Expert): ExpertFamily<{ readonly kind: Kind }> {
  return { constants: [], create: () => expert };
}

/** Rectifier h(z) = max(z, 0). At its kink, where it has no derivative, h′(0) = 0. */
export const relu: ExpertFamily<{ readonly kind: 'relu' }> = familyOf({
  name: 'relu',
  parity: 'none',
  value: (z) => Math.max(z, 0),
  derivative: (z) => (z > 0 ? 1 : 0),
});

const LOWEST: number = -Number.MAX_VALUE;

/** What is multiplied by a number that vanishes at ±∞ must be finite there. */
const finite = (z: number): number => Math.min(Math.max(z, LOWEST), Number.MAX_VALUE);

/** h(z) = z Φ(z) with the exact Φ, not an approximation by tanh; h′(z) = Φ(z) + z φ(z). At ±∞ both are their limits. */
export const gelu: ExpertFamily<{ readonly kind: 'gelu' }> = familyOf({
  name: 'gelu',
  parity: 'none',
  value: (z) => Math.max(z, LOWEST) * probit.value(z),
  derivative: (z) => probit.value(z) + finite(z) * probit.derivative(z),
  evaluate(z, value, derivative) {
    evaluate(probit, z, value, derivative);
    for (let k = 0; k < z.length; k++) {
      const x = at(z, k);
      const phi = at(value, k);
      value[k] = Math.max(x, LOWEST) * phi;
      derivative[k] = phi + finite(x) * at(derivative, k);
    }
  },
});

/** Hyperbolic tangent, the same function as the gate of that name. */
export const tanh: ExpertFamily<{ readonly kind: 'tanh' }> = familyOf({
  name: 'tanh',
  parity: 'odd',
  value: gate.value,
  derivative: gate.derivative,
  evaluate: (z, value, derivative) => evaluate(gate, z, value, derivative),
});
