import { requireKeys } from './checks/require.ts';
import { UnknownNameError, ValueError } from './errors.ts';
import type { Gate } from './function.ts';
import { probit } from './gates/probit.ts';
import { sharpened } from './gates/sharpened.ts';
import { sigmoid } from './gates/sigmoid.ts';
import { tanh } from './gates/tanh.ts';
import { checkOwnFunction } from './own-function.ts';

/** Gates that a spec can name. */
export type GateName = 'sigmoid' | 'probit' | 'tanh';

/**
 * A gate g by its name, for routers of length `norm`, above 0: what is kept and trained are their directions v, unit vectors, and the
 * gate is g(norm·v·x).
 */
export interface GateSpec {
  readonly name: GateName;
  readonly norm: number;
}

/** A new gate is one file in `gates/`, its line here and its name above. */
const gates: Readonly<Record<GateName, Gate>> = { sigmoid, probit, tanh };

/** The names of all gates, for messages and forms. */
export const gateNames: readonly GateName[] = Object.keys(gates).filter(isGateName);

/** The gates of specs with a norm, one object for each, and the spec of each. */
const ofSpecs = new Map<string, Gate>();
const specs = new WeakMap<Gate, GateSpec>();

/**
 * The gate of that name or spec; one that is given as an object of functions is looked at once and taken as it is. Throws
 * {@link UnknownNameError} about `field` where there is none, and `ValueError` for a norm that is no number above 0 and for an object
 * that is not what it says of itself.
 */
export function gateOf(gate: string | GateSpec | Gate | undefined, field: string = 'gate'): Gate {
  if (isGateName(gate)) return gates[gate];
  if (typeof gate === 'object' && gate !== null) {
    if (!('value' in gate)) {
      if ('name' in gate || 'norm' in gate) return gateOfSpec(gate, field);
      throw notAGate(gate, field);
    }
    if (!isBuiltInGate(gate)) checkOwnFunction(field, gate, gateNames);
    return gate;
  }
  throw notAGate(gate, field);
}

function gateOfSpec(spec: GateSpec, field: string): Gate {
  requireKeys(field, spec, ['name', 'norm']);
  const { name, norm } = spec;
  if (!isGateName(name)) throw notAGate(name, `${field}.name`);
  if (!(norm > 0 && Number.isFinite(norm))) {
    throw new ValueError('must be a finite number above 0', {
      field: `${field}.norm`,
      value: norm,
      remedy:
        'Give the length of the routers: 1 is that of unit vectors, 3 makes the gate sharper.',
    });
  }
  if (norm === 1) return gates[name];
  const key = `${name} ${norm}`;
  let gate = ofSpecs.get(key);
  if (!gate) {
    gate = sharpened(gates[name], norm);
    ofSpecs.set(key, gate);
    specs.set(gate, { name, norm });
  }
  return gate;
}

function notAGate(value: unknown, field: string): UnknownNameError {
  return new UnknownNameError('is not a gate', {
    field,
    value,
    remedy: `Use one of ${gateNames.join(', ')}.`,
  });
}

/** Whether a gate is one that a spec can name, with a norm or without, however it was given. */
export function isBuiltInGate(gate: Gate): boolean {
  return Object.values(gates).includes(gate) || specs.has(gate);
}

/** Whether a gate is an object of functions that the user made. */
export function isOwnGate(gate: GateName | GateSpec | Gate | undefined): gate is Gate {
  return typeof gate === 'object' && 'value' in gate && !isBuiltInGate(gate);
}

/** A gate by its name or spec, also where it was given as the object that {@link gateOf} has for it; one of the user's own as it is. */
export function namedGate(gate: GateName | GateSpec | Gate): GateName | GateSpec | Gate {
  if (isOwnGate(gate)) return gate;
  const found = gateOf(gate);
  return specs.get(found) ?? gateNames.find((name) => gates[name] === found) ?? gate;
}

function isGateName(name: unknown): name is GateName {
  return typeof name === 'string' && Object.hasOwn(gates, name);
}
