import { type Expert, type ExpertFamily, evaluate } from '../function.ts';
import { tanh as gate } from '../gates/tanh.ts';

/** Hyperbolic tangent, the same function as the gate of that name. */
const expert: Expert = {
  name: 'tanh',
  parity: 'odd',
  value: gate.value,
  derivative: gate.derivative,
  evaluate: (z, value, derivative) => evaluate(gate, z, value, derivative),
};

export const tanh: ExpertFamily<{ readonly kind: 'tanh' }> = {
  constants: [],
  create: () => expert,
};
