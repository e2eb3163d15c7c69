import { UnknownNameError } from './errors.ts';
import type { ScalarFunction } from './function.ts';
import { probit } from './gates/probit.ts';
import { sigmoid } from './gates/sigmoid.ts';
import { tanh } from './gates/tanh.ts';

export type GateName = 'sigmoid' | 'probit' | 'tanh';

/** A router's non-linearity g. A new gate is one file in `gates/` and one line in the table below. */
export interface Gate extends ScalarFunction {
  readonly name: GateName;
  /**
   * Distance from the real axis of the nearest singularity of g in the complex plane. It sets how fast the
   * Hermite coefficients c_n decay, docs/theory.md (10); Infinity for an entire function.
   */
  readonly singularity: number;
  /** c_n(σ)/√n! for n = 0 … count−1 in closed form, docs/theory.md (9), where one exists. */
  hermiteCoefficients?(sigma: number, count: number): Float64Array;
}

const gates: Readonly<Record<GateName, Gate>> = { sigmoid, probit, tanh };

export const gateNames: readonly GateName[] = Object.keys(gates).filter(isGateName);

/** The gate of that name. Throws {@link UnknownNameError} about `field`. */
export function gateOf(name: string, field: string = 'gate'): Gate {
  if (isGateName(name)) return gates[name];
  throw new UnknownNameError('is not a gate', {
    field,
    value: name,
    remedy: `Use one of ${gateNames.join(', ')}.`,
  });
}

function isGateName(name: unknown): name is GateName {
  return typeof name === 'string' && Object.hasOwn(gates, name);
}
