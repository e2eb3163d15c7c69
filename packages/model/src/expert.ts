import { requireFinite, requireInteger } from './checks/require.ts';
import { ShapeError, UnknownNameError, ValueError } from './errors.ts';
import { gelu } from './experts/gelu.ts';
import { hermiteSeries } from './experts/hermite.ts';
import { linear } from './experts/linear.ts';
import { relu } from './experts/relu.ts';
import { tanh } from './experts/tanh.ts';
import type { ScalarFunction } from './function.ts';

/**
 * An expert's activation h, by name and constants.
 * `hermite`: h = He_p/√p! for degree p; `series`: h = Σ_p coefficients[p] He_p/√p!, p from 0. Both up to degree 6.
 * `relu`: max(z, 0), with h′(0) = 0; `gelu`: z Φ(z), exactly; `tanh`; `linear`: z, which is He_1.
 */
export type ExpertSpec =
  | { readonly kind: 'hermite'; readonly degree: number }
  | { readonly kind: 'series'; readonly coefficients: readonly number[] }
  | { readonly kind: 'relu' }
  | { readonly kind: 'tanh' }
  | { readonly kind: 'gelu' }
  | { readonly kind: 'linear' };

export type ExpertKind = ExpertSpec['kind'];

/** The constants that the spec of each kind has beside `kind`. */
const constants: Readonly<Record<ExpertKind, readonly string[]>> = {
  hermite: ['degree'],
  series: ['coefficients'],
  relu: [],
  tanh: [],
  gelu: [],
  linear: [],
};

export const expertKinds: readonly ExpertKind[] = Object.keys(constants).filter(isExpertKind);

export const MAX_HERMITE_DEGREE = 6;

/** An expert's non-linearity h. A new one is one file in `experts/` and its kind in the places above and below. */
export interface Activation extends ScalarFunction {
  /**
   * η_p for p = 0 … degree of the expansion h = Σ_p η_p He_p/√p!, docs/theory.md (4), where h is a polynomial and so
   * the expansion ends; the sum of their squares is E h(ξ)². Absent for all others.
   */
  readonly hermiteCoefficients?: readonly number[];
}

/** The activation that `spec` describes. Throws a typed error about `field` for an unknown kind or a bad constant. */
export function activationOf(spec: ExpertSpec, field: string = 'expert'): Activation {
  switch (spec.kind) {
    case 'hermite': {
      requireInteger(`${field}.degree`, spec.degree, 1, MAX_HERMITE_DEGREE);
      const coefficients = new Array<number>(spec.degree + 1).fill(0);
      coefficients[spec.degree] = 1;
      return hermiteSeries(coefficients);
    }
    case 'series':
      checkCoefficients(`${field}.coefficients`, spec.coefficients);
      return hermiteSeries(spec.coefficients);
    case 'relu':
      return relu;
    case 'tanh':
      return tanh;
    case 'gelu':
      return gelu;
    case 'linear':
      return linear;
    default:
      throw new UnknownNameError('is not a kind of expert', {
        field: `${field}.kind`,
        value: (spec as { kind?: unknown }).kind,
        remedy: `Use one of ${expertKinds.join(', ')}.`,
      });
  }
}

/** The names of the fields that a spec of that kind has. */
export function expertFields(kind: ExpertKind): readonly string[] {
  return ['kind', ...constants[kind]];
}

function isExpertKind(kind: string): kind is ExpertKind {
  return Object.hasOwn(constants, kind);
}

function checkCoefficients(field: string, coefficients: readonly number[]): void {
  const length = Array.isArray(coefficients) ? coefficients.length : 0;
  if (length < 1 || length > MAX_HERMITE_DEGREE + 1) {
    throw new ShapeError(`must list 1 to ${MAX_HERMITE_DEGREE + 1} numbers`, {
      field,
      value: coefficients,
      remedy: `Give η_0 … η_p for a degree p of at most ${MAX_HERMITE_DEGREE}.`,
    });
  }
  for (let p = 0; p < length; p++) requireFinite(`${field}[${p}]`, coefficients[p]!);
  if (coefficients.every((c) => c === 0)) {
    throw new ValueError('are all zero, so the expert is the zero function', {
      field,
      value: coefficients,
      remedy: 'Give at least one coefficient that is not zero.',
    });
  }
}
