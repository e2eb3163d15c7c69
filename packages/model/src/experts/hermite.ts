import { requireInteger } from '../checks/require.ts';
import type { ExpertFamily } from '../function.ts';
import { hermiteSeries, MAX_HERMITE_DEGREE } from './series.ts';

export interface HermiteSpec {
  readonly kind: 'hermite';
  /** p, from 1 to 6. */
  readonly degree: number;
}

/** h = He_p/√p!, the normalised Hermite polynomial of degree p, docs/theory.md (4). */
export const hermite: ExpertFamily<HermiteSpec> = {
  constants: ['degree'],
  create({ kind, degree }, field) {
    requireInteger(`${field}.degree`, degree, 1, MAX_HERMITE_DEGREE);
    const coefficients = new Array<number>(degree + 1).fill(0);
    coefficients[degree] = 1;
    return hermiteSeries(kind, coefficients);
  },
};
