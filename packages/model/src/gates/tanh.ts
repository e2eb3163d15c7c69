import type { Gate } from '../gate.ts';

/** Hyperbolic tangent. Odd, so c_0 = 0: experts get no head start over routers, docs/theory.md (22). */
export const tanh: Gate = {
  name: 'tanh',
  parity: 'odd',
  singularity: Math.PI / 2,
  value: Math.tanh,
  derivative(z) {
    const sech = 1 / Math.cosh(z);
    return sech * sech;
  },
};
