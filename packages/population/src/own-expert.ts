import { type Expert, UnsupportedError } from '@softmoe/model';
import { expertOf, MAX_HERMITE_DEGREE } from '@softmoe/model/checks';
import { AGREE, measure, moments, STEP } from './quadrature.ts';

const coefficientsOf = new WeakMap<Expert, readonly number[] | Error>();

/**
 * η_0 … η_P of docs/theory.md (4) of an expert of the user's own: those that it gives, or those of quadrature where it is a polynomial
 * up to degree 6. Throws {@link UnsupportedError} for all others.
 */
export function ownCoefficients(expert: Expert): readonly number[] {
  let known = coefficientsOf.get(expert);
  if (known === undefined) {
    try {
      known = computeCoefficients(expert);
    } catch (error) {
      known = error as Error;
    }
    coefficientsOf.set(expert, known);
  }
  if (known instanceof Error) throw known;
  return known;
}

function computeCoefficients(expert: Expert): readonly number[] {
  const { coefficients: given, name } = expert;
  if (given) return given;
  const measured = measure((z) => expert.value(z), MAX_HERMITE_DEGREE + 1);
  if (!measured) {
    throw new UnsupportedError('has no exact expectations: it is not smooth, so no polynomial', {
      field: 'spec.expert',
      value: name,
      remedy: `${SAMPLE}.`,
    });
  }
  const { norm } = measured;
  const coefficients = Array.from(measured.normalised, (c) => rounded(c, norm));
  const sum = expertOf({
    kind: 'series',
    coefficients: coefficients.some((c) => c !== 0) ? coefficients : [1],
  });
  const residual = moments((z) => expert.value(z) - sum.value(z), 1, STEP, 0).square;
  const left = Math.sqrt(residual) / norm;
  if (left <= ROUNDING) return coefficients;
  const best = coefficients.map((c) => Number(c.toPrecision(6)));
  throw new UnsupportedError(
    `has no exact expectations: it is no polynomial, and a Hermite series of degree ${MAX_HERMITE_DEGREE} leaves ${left.toPrecision(2)} of its norm out`,
    {
      field: 'spec.expert',
      value: name,
      remedy: `${SAMPLE}; or take that series: { kind: 'series', coefficients: [${best.join(', ')}] }.`,
    },
  );
}

const SAMPLE = "Sample it: engine 'subspace' or 'online', or @softmoe/sampled";

/** What of a polynomial, beside its norm, rounding leaves out of its series. */
const ROUNDING = 1e-12;

function rounded(c: number, norm: number): number {
  return Math.abs(c) <= AGREE * norm ? 0 : c;
}
