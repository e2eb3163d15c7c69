import type { Expert, ExpertFamily } from '../function.ts';

/** Rectifier h(z) = max(z, 0). At its kink, where it has no derivative, h′(0) = 0. */
const expert: Expert = {
  name: 'relu',
  parity: 'none',
  value: (z) => Math.max(z, 0),
  derivative: (z) => (z > 0 ? 1 : 0),
};

export const relu: ExpertFamily<{ readonly kind: 'relu' }> = {
  constants: [],
  create: () => expert,
};
