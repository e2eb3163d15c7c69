import type { Activation } from '../expert.ts';

/** Rectifier h(z) = max(z, 0). At its kink, where it has no derivative, h′(0) = 0. */
export const relu: Activation = {
  parity: 'none',
  value: (z) => Math.max(z, 0),
  derivative: (z) => (z > 0 ? 1 : 0),
};
