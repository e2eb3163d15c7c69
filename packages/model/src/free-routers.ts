import { UnsupportedError, ValueError } from './errors.ts';
import { gateSpecOf } from './gate.ts';
import { requireModel } from './moe.ts';
import { hasOwnGates } from './routing.ts';
import type { MoE } from './spec.ts';

/**
 * The function of `model` with router rows that have their length and are free to change it: gate `{ name, norm: 'free' }`, rows times
 * the length that the gate said, docs/theory.md (67). A model that has such routers already is returned as it is. Throws
 * `ValueError` where units share their gates, whose routers are free as they are, {@link UnsupportedError} for a gate of the user's own,
 * a typed error for what is no model.
 */
export function freeRouters(model: MoE): MoE {
  requireModel('model', model);
  const { spec, params } = model;
  if (!hasOwnGates(spec.routing) || spec.gate === undefined) {
    throw new ValueError('has router rows of any length already, and units share their gates', {
      field: 'model.spec.routing',
      value: spec.routing,
      remedy: "Leave it as it is; routing 'independent' has gates of unit routers.",
    });
  }
  const { name, norm } = gateSpecOf(spec.gate) ?? refuseOwn(spec.gate);
  if (norm === 'free') return model;
  const { shape, data } = params.router;
  return {
    spec: { ...spec, gate: { name, norm: 'free' } } as MoE['spec'],
    params: { ...params, router: { shape, data: data.map((x) => norm * x) } },
  };
}

function refuseOwn(gate: MoE['spec']['gate']): never {
  throw new UnsupportedError('is of your own, and free routers take a gate that is built in', {
    field: 'model.spec.gate',
    value: Object(gate).name,
    remedy: 'Use sigmoid, probit or tanh.',
  });
}
