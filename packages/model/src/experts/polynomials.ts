import { requireFinite, requireInteger } from '../checks/require.ts';
import { ShapeError, ValueError } from '../errors.ts';
import type { Expert, ExpertFamily, Parity } from '../function.ts';
import { at } from '../linalg/vectors.ts';

export interface SeriesSpec {
  readonly kind: 'series';
  /** η_0 … η_P with P at most 6, not all zero. */
  readonly coefficients: readonly number[];
}

/** The highest degree of a Hermite expert or series. */
export const MAX_HERMITE_DEGREE = 6;

/** h = Σ_p η_p He_p/√p!, docs/theory.md (4). */
export const series: ExpertFamily<SeriesSpec> = {
  constants: ['coefficients'],
  create({ kind, coefficients }, field) {
    checkCoefficients(`${field}.coefficients`, coefficients);
    return hermiteSeries(kind, coefficients);
  },
};

/**
 * h(z) = Σ_p η_p He_p(z)/√p! from its coefficients η_0 … η_P, with the normalised three-term recurrence
 * h_p = (z h_{p−1} − √(p−1) h_{p−2})/√p and h_p′ = √p h_{p−1}, docs/theory.md (4).
 */
function hermiteSeries(name: string, coefficients: readonly number[]): Expert {
  const eta = Float64Array.from(coefficients);
  /** Powers beyond it have no part in the sum, not even where they overflow. */
  const degree = eta.findLastIndex((c) => c !== 0);
  const root = eta.map((_, p) => Math.sqrt(p));
  const inverseRoot = root.map((r) => 1 / Math.max(r, 1));
  const ratio = root.map((_, p) => Math.sqrt(Math.max(p - 1, 0) / Math.max(p, 1)));

  /** ±Infinity of the sign of η_P z^power, NaN for NaN. */
  function limit(z: number, power: number): number {
    return Infinity * at(eta, degree) * (power % 2 === 0 ? Math.abs(Math.sign(z)) : Math.sign(z));
  }

  function evaluate(z: Float64Array, value: Float64Array, derivative: Float64Array): void {
    for (let k = 0; k < z.length; k++) {
      let h = at(eta, 0);
      let dh = 0;
      let previous = 0;
      let current = 1;
      for (let p = 1; p <= degree; p++) {
        dh += at(eta, p) * at(root, p) * current;
        const next = at(z, k) * at(inverseRoot, p) * current - at(ratio, p) * previous;
        previous = current;
        current = next;
        h += at(eta, p) * current;
      }
      // Beyond float64, where infinities cancel, the highest power decides.
      if (Number.isNaN(h)) h = limit(at(z, k), degree);
      if (Number.isNaN(dh)) dh = limit(at(z, k), degree - 1);
      value[k] = h;
      derivative[k] = dh;
    }
  }

  const point = new Float64Array(1);
  const value = new Float64Array(1);
  const derivative = new Float64Array(1);
  function atPoint(z: number, result: Float64Array): number {
    point[0] = z;
    evaluate(point, value, derivative);
    return at(result, 0);
  }

  return {
    name,
    parity: parityOf(coefficients),
    coefficients: [...coefficients],
    value: (z) => atPoint(z, value),
    derivative: (z) => atPoint(z, derivative),
    evaluate,
  };
}

function parityOf(coefficients: readonly number[]): Parity {
  const has = (rest: number) => coefficients.some((c, p) => c !== 0 && p % 2 === rest);
  if (has(0) && has(1)) return 'none';
  return has(1) ? 'odd' : 'even';
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
  for (const [p, eta] of coefficients.entries()) requireFinite(`${field}[${p}]`, eta);
  if (coefficients.every((c) => c === 0)) {
    throw new ValueError('are all zero, so the expert is the zero function', {
      field,
      value: coefficients,
      remedy: 'Give at least one coefficient that is not zero.',
    });
  }
}

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

const identity: Expert = {
  name: 'linear',
  parity: 'odd',
  coefficients: [0, 1],
  value: (z) => z,
  derivative: () => 1,
};

/** h(z) = z, which is He_1: the function that `{ kind: 'hermite', degree: 1 }` is too. */
export const linear: ExpertFamily<{ readonly kind: 'linear' }> = {
  constants: [],
  create: () => identity,
};
