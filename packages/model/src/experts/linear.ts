import type { Expert, ExpertFamily } from '../function.ts';

/** h(z) = z, which is He_1: the function that `{ kind: 'hermite', degree: 1 }` is too. */
const expert: Expert = {
  name: 'linear',
  parity: 'odd',
  coefficients: [0, 1],
  value: (z) => z,
  derivative: () => 1,
};

export const linear: ExpertFamily<{ readonly kind: 'linear' }> = {
  constants: [],
  create: () => expert,
};
