import { UnknownNameError } from './errors.ts';
import { probit } from './gates/probit.ts';
import { sigmoid } from './gates/sigmoid.ts';
import { tanh } from './gates/tanh.ts';

/** Symmetry of a scalar function about 0: f(−z) = −f(z), f(−z) = f(z), or neither. */
export type Parity = 'odd' | 'even' | 'none';

export type GateName = 'sigmoid' | 'probit' | 'tanh';

/** A router's non-linearity g. A new gate is one file in `gates/` and one line in the table below. */
export interface Gate {
  readonly name: GateName;
  readonly parity: Parity;
  value(z: number): number;
  derivative(z: number): number;
  /**
   * Distance from the real axis of the nearest singularity of g in the complex plane. It sets how fast the
   * Hermite coefficients c_n decay, docs/theory.md (10); Infinity for an entire function.
   */
  readonly singularity: number;
  /** c_n(σ)/√n! for n = 0 … count−1 in closed form, docs/theory.md (9), where one exists. */
  hermiteCoefficients?(sigma: number, count: number): Float64Array;
}

const gates: Readonly<Record<GateName, Gate>> = { sigmoid, probit, tanh };

export const gateNames: readonly GateName[] = Object.keys(gates) as GateName[];

/** The gate of that name. Throws {@link UnknownNameError}. */
export function gateOf(name: string): Gate {
  const gate = Object.hasOwn(gates, name) ? gates[name as GateName] : undefined;
  if (gate) return gate;
  throw new UnknownNameError('is not a gate', {
    field: 'gate',
    value: name,
    remedy: `Use one of ${gateNames.join(', ')}.`,
  });
}
