import { requireFinite, requireInteger, ShapeError, UnknownNameError } from './errors.ts';
import { hermiteSeries } from './experts/hermite.ts';
import type { Parity } from './gate.ts';

/**
 * An expert's activation h, by name and constants.
 * `hermite`: h = He_p/√p! for degree p; `series`: h = Σ_p coefficients[p] He_p/√p!, p from 0. Both up to degree 6.
 */
export type ExpertSpec =
  | { readonly kind: 'hermite'; readonly degree: number }
  | { readonly kind: 'series'; readonly coefficients: readonly number[] };

export type ExpertKind = ExpertSpec['kind'];

export const expertKinds: readonly ExpertKind[] = ['hermite', 'series'];

export const MAX_HERMITE_DEGREE = 6;

/** An expert's non-linearity h with its expansion Σ_p η_p He_p/√p!, docs/theory.md (4). */
export interface Activation {
  readonly parity: Parity;
  /** η_p for p = 0 … degree; the sum of their squares is E h(ξ)². */
  readonly hermiteCoefficients: readonly number[];
  value(z: number): number;
  derivative(z: number): number;
}

/** The activation that `spec` describes. Throws a typed error for an unknown kind or a bad constant. */
export function activationOf(spec: ExpertSpec): Activation {
  switch (spec.kind) {
    case 'hermite': {
      requireInteger('expert.degree', spec.degree, 1, MAX_HERMITE_DEGREE);
      const coefficients = new Array<number>(spec.degree + 1).fill(0);
      coefficients[spec.degree] = 1;
      return hermiteSeries(coefficients);
    }
    case 'series':
      checkCoefficients(spec.coefficients);
      return hermiteSeries(spec.coefficients);
    default:
      throw new UnknownNameError('is not a kind of expert', {
        field: 'expert.kind',
        value: (spec as { kind?: unknown }).kind,
        remedy: `Use one of ${expertKinds.join(', ')}.`,
      });
  }
}

function checkCoefficients(coefficients: readonly number[]): void {
  const field = 'expert.coefficients';
  const length = Array.isArray(coefficients) ? coefficients.length : 0;
  if (length < 1 || length > MAX_HERMITE_DEGREE + 1) {
    throw new ShapeError(`must list 1 to ${MAX_HERMITE_DEGREE + 1} numbers`, {
      field,
      value: coefficients,
      remedy: `Give η_0 … η_p for a degree p of at most ${MAX_HERMITE_DEGREE}.`,
    });
  }
  coefficients.forEach((c, p) => {
    requireFinite(`${field}[${p}]`, c);
  });
  if (coefficients.every((c) => c === 0)) {
    throw new ShapeError('are all zero, so the expert is the zero function', {
      field,
      value: coefficients,
      remedy: 'Give at least one coefficient that is not zero.',
    });
  }
}
