import type { Written } from './checks/require.ts';
import { requireKeys, requireObject } from './checks/require.ts';
import { UnknownNameError } from './errors.ts';
import { gelu, relu, tanh } from './experts/activations.ts';
import {
  type HermiteSpec,
  hermite,
  linear,
  type SeriesSpec,
  series,
} from './experts/polynomials.ts';
import type { Expert, ExpertFamily } from './function.ts';
import { checkOwnFunction } from './own-function.ts';

/**
 * An expert's non-linearity h by name and constants.
 * `hermite`: h = He_p/√p! for degree p; `series`: h = Σ_p coefficients[p] He_p/√p!, p from 0. Both up to degree 6.
 * `relu`: max(z, 0), with h′(0) = 0; `gelu`: z Φ(z), exactly; `tanh`; `linear`: z, which is He_1.
 */
export type ExpertSpec =
  | HermiteSpec
  | SeriesSpec
  | { readonly kind: 'relu' }
  | { readonly kind: 'tanh' }
  | { readonly kind: 'gelu' }
  | { readonly kind: 'linear' };

/** Kinds of expert that a spec can name. */
export type ExpertKind = ExpertSpec['kind'];

/** A new kind of expert is one file in `experts/`, its line here and its spec above. */
const families: {
  readonly [Kind in ExpertKind]: ExpertFamily<Extract<ExpertSpec, { readonly kind: Kind }>>;
} = { hermite, series, relu, tanh, gelu, linear };

/** All kinds of expert, for messages and forms. */
export const expertKinds: readonly ExpertKind[] = Object.keys(families).filter(isExpertKind);

/** What {@link expertOf} made of specs, and of which. */
const builtIn = new WeakMap<Expert, ExpertSpec>();

/** Whether an expert is one that a spec can describe, however it was given. */
export function isBuiltInExpert(expert: ExpertSpec | Expert): boolean {
  return !('value' in expert) || builtIn.has(expert);
}

/** An expert by name and constants, also where it was given as the object that {@link expertOf} makes of them; one of the user's own as it is. */
export function namedExpert(expert: ExpertSpec | Expert): ExpertSpec | Expert {
  return 'value' in expert ? (builtIn.get(expert) ?? expert) : expert;
}

/**
 * The expert that `spec` describes; one that is given as an object is looked at once and taken as it is. Throws a typed error about
 * `field` for an unknown kind or a bad constant, and for an object that is not what it says of itself.
 */
export function expertOf(spec: ExpertSpec | Expert, field: string = 'expert'): Expert {
  if ('value' in spec) {
    if (!builtIn.has(spec)) checkOwnFunction(field, spec, expertKinds);
    return spec;
  }
  const expert = familyOf(spec, field).create(spec, field);
  builtIn.set(expert, spec);
  return expert;
}

/** Throws a typed error about `field` unless `spec` is one of an expert, with the fields of its kind and no others. */
export function checkExpert(spec: Written<ExpertSpec> | Expert, field: string): void {
  requireObject(field, spec, ['kind']);
  if ('value' in spec) {
    expertOf(spec as Expert, field);
    return;
  }
  const { create, constants } = familyOf(spec, field);
  create(spec as ExpertSpec, field);
  requireKeys(field, spec, ['kind', ...constants]);
}

function familyOf(spec: { readonly kind: string }, field: string): ExpertFamily<ExpertSpec> {
  if (isExpertKind(spec.kind)) return families[spec.kind] as ExpertFamily<ExpertSpec>;
  throw new UnknownNameError('is not a kind of expert', {
    field: `${field}.kind`,
    value: spec.kind,
    remedy: `Use one of ${expertKinds.join(', ')}.`,
  });
}

function isExpertKind(kind: unknown): kind is ExpertKind {
  return typeof kind === 'string' && Object.hasOwn(families, kind);
}
