import type { Activation } from '../expert.ts';
import { evaluate } from '../function.ts';
import { tanh as gate } from '../gates/tanh.ts';

/** Hyperbolic tangent, the same function as the gate of that name. */
export const tanh: Activation = {
  parity: 'odd',
  value: gate.value,
  derivative: gate.derivative,
  evaluate: (z, value, derivative) => evaluate(gate, z, value, derivative),
};
