import { UnknownNameError } from './errors.ts';
import { gateOfFreeRouters } from './gate.ts';
import { independent } from './routing/independent.ts';
import type { Routing } from './routing/interface.ts';
import { softmax } from './routing/softmax.ts';
import type { GatedRouting, MoESpec, RoutingName } from './spec.ts';

/** A new kind of routing is one file beside this one, its line here and its name above. */
const routings: Readonly<Record<RoutingName, Routing>> = { independent, softmax };

/** The names of all kinds of routing, for messages and forms. */
export const routingNames: readonly RoutingName[] = Object.keys(routings).filter(isRoutingName);

/**
 * Routing of that name; one that is given as an object is taken as it is. Throws {@link UnknownNameError} about `field`
 * where there is none.
 */
export function routingOf(routing: string | Routing, field: string = 'routing'): Routing {
  if (isRoutingName(routing)) return routings[routing];
  if (typeof routing === 'object' && routing !== null && 'gates' in routing) return routing;
  throw new UnknownNameError('is not a kind of routing', {
    field,
    value: routing,
    remedy: `Use '${routingNames.join("' or '")}'.`,
  });
}

/** Whether every unit has a gate of its own, so that specs of that routing need its name. */
export function hasOwnGates(routing: RoutingName): routing is GatedRouting {
  return routingOf(routing).ownGates;
}

/** Whether routers of that spec have lengths of their own, which are trained: units have gates of their own, and these say so. */
export function hasFreeRouters({ routing, gate }: Pick<MoESpec, 'routing' | 'gate'>): boolean {
  return hasOwnGates(routing) && gateOfFreeRouters(gate) !== undefined;
}

function isRoutingName(name: unknown): name is RoutingName {
  return typeof name === 'string' && Object.hasOwn(routings, name);
}
