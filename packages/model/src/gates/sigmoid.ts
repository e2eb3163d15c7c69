import type { Gate } from '../gate.ts';

/** Logistic sigmoid g(z) = 1/(1 + e^{−z}): the soft, independent gate of docs/theory.md (1). */
export const sigmoid: Gate = {
  name: 'sigmoid',
  parity: 'none',
  singularity: Math.PI,
  value,
  derivative(z) {
    const g = value(-Math.abs(z));
    return g * (1 - g);
  },
};

function value(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}
