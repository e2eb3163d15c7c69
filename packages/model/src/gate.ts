import { UnknownNameError } from './errors.ts';
import type { Gate } from './function.ts';
import { probit } from './gates/probit.ts';
import { sigmoid } from './gates/sigmoid.ts';
import { tanh } from './gates/tanh.ts';
import { checkOwnFunction } from './own-function.ts';

/** Gates that a spec can name. */
export type GateName = 'sigmoid' | 'probit' | 'tanh';

/** A new gate is one file in `gates/`, its line here and its name above. */
const gates: Readonly<Record<GateName, Gate>> = { sigmoid, probit, tanh };

/** The names of all gates, for messages and forms. */
export const gateNames: readonly GateName[] = Object.keys(gates).filter(isGateName);

/**
 * The gate of that name; one that is given as an object is looked at once and taken as it is. Throws {@link UnknownNameError} about
 * `field` where there is none, and `ValueError` for an object that is not what it says of itself.
 */
export function gateOf(gate: string | Gate | undefined, field: string = 'gate'): Gate {
  if (isGateName(gate)) return gates[gate];
  if (typeof gate === 'object' && gate !== null && 'value' in gate) {
    if (!isBuiltInGate(gate)) checkOwnFunction(field, gate, gateNames);
    return gate;
  }
  throw new UnknownNameError('is not a gate', {
    field,
    value: gate,
    remedy: `Use one of ${gateNames.join(', ')}.`,
  });
}

/** Whether a gate is one of those that a spec can name, however it was given. */
export function isBuiltInGate(gate: Gate): boolean {
  return Object.values(gates).includes(gate);
}

/** A gate by its name, also where it was given as the object of that name; one of the user's own as it is. */
export function namedGate(gate: GateName | Gate): GateName | Gate {
  return gateNames.find((name) => gates[name] === gate) ?? gate;
}

function isGateName(name: unknown): name is GateName {
  return typeof name === 'string' && Object.hasOwn(gates, name);
}
