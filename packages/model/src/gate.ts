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
 * gate is g(norm·v·x). Where `norm` is 'free' routers are vectors of any length, which is trained with them, and the gate is g(v·x).
 */
export interface GateSpec {
  readonly name: GateName;
  readonly norm: number | 'free';
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
  if (norm !== 'free' && !(norm > 0 && Number.isFinite(norm))) {
    throw new ValueError("must be a finite number above 0, or 'free'", {
      field: `${field}.norm`,
      value: norm,
      remedy:
        "Give the length of the routers: 1 is that of unit vectors, 3 makes the gate sharper, 'free' trains it.",
    });
  }
  if (norm === 1) return gates[name];
  const key = `${name} ${norm}`;
  let gate = ofSpecs.get(key);
  if (!gate) {
    gate =
      norm === 'free' ? { ...gates[name], name: `${name}(‖v‖z)` } : sharpened(gates[name], norm);
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

/** Name and norm of a gate that is built in, however it was given, 1 where it is a name; undefined for one of the user's own. */
export function gateSpecOf(gate: GateName | GateSpec | Gate | undefined): GateSpec | undefined {
  if (typeof gate === 'object' && !('value' in gate)) return gate;
  if (typeof gate === 'object' && specs.has(gate)) return specs.get(gate);
  const name = gateNames.find((known) => known === gate || gates[known] === gate);
  return name && { name, norm: 1 };
}

/** The gate of unit routers of the gate `{ name, norm: 'free' }`, whose routers have any length; undefined for every other gate. */
export function gateOfFreeRouters(gate: GateName | GateSpec | Gate | undefined): Gate | undefined {
  if (typeof gate !== 'object') return undefined;
  const spec = gateSpecOf(gate);
  return spec?.norm === 'free' ? gates[spec.name] : undefined;
}

/** The length of routers that is no part of their rows: the norm of a gate by its spec, 1 for every other gate. */
export function fixedNorm(gate: GateName | GateSpec | Gate | undefined): number {
  if (typeof gate !== 'object') return 1;
  const norm = gateSpecOf(gate)?.norm;
  return typeof norm === 'number' ? norm : 1;
}

function isGateName(name: unknown): name is GateName {
  return typeof name === 'string' && Object.hasOwn(gates, name);
}
