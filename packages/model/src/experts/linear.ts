import type { Activation } from '../expert.ts';

/** h(z) = z, which is He_1: the same function as `{ kind: 'hermite', degree: 1 }`. */
export const linear: Activation = {
  parity: 'odd',
  hermiteCoefficients: [0, 1],
  value: (z) => z,
  derivative: () => 1,
};
