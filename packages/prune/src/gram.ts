import { type Gram, type NDArray, ValueError } from '@softmoe/model';
import { checkArray, requireFinite, requireKeys, requireObject } from '@softmoe/model/checks';
import { at, dot, dotAt, entry, takeRows, zeros } from '@softmoe/model/linalg';

/** How well the Gram data is known. */
export interface GramOptions {
  /**
   * Relative error of the entries of the Gram data: 0 (the default) for exact ones, about 1e-6 for a float32 backend,
   * about 1/√n for entries estimated from n samples. Entries averaged in float64 over one batch of n > m points are
   * exact for that batch: leave it 0 there.
   */
  readonly noise?: number;
}

/** Resolution of exact float64 Gram data. */
const EXACT = 1e-12;

/** Invalid data is told from inexact data by this multiple of the resolution. */
const SLACK = 100;

/** Two losses, relative to the null loss, that rounding alone may tell apart. */
const TIE = 1e-14;

/**
 * What is smaller than this, relative to the unit's own E u² or to the target's E y², is taken for nothing:
 * max(1e-12, noise). Throws {@link ValueError} unless 0 ≤ noise ≤ 1, a typed error for options that no function here has.
 */
export function resolutionOf(options: GramOptions): number {
  requireKeys('options', options, ['noise', 'redundancy']);
  const { noise = 0 } = options;
  requireFinite('noise', noise, 0, 1);
  return Math.max(EXACT, noise);
}

/**
 * Throws a typed error unless `gram` can be the second moments of m ≥ 1 functions and a target: shapes [m, m] and [m],
 * finite, symmetric, and |G_il|² ≤ G_ii G_ll, all to a hundred times the resolution.
 */
export function checkGram(gram: Gram, resolution: number): void {
  requireObject('gram', gram, ['students', 'cross', 'target']);
  const { students, cross, target } = gram;
  const m = students?.shape?.[0] ?? 0;
  checkArray('gram.students', students, [Math.max(m, 1), Math.max(m, 1)]);
  checkArray('gram.cross', cross, [m]);
  requireFinite('gram.target', target, 0);
  const norms = Float64Array.from({ length: m }, (_, i) => {
    const square = entry(students, i, i);
    requireFinite(`gram.students[${i}, ${i}]`, square, 0);
    return Math.sqrt(square);
  });
  const slack = SLACK * resolution;
  norms.forEach((norm, i) => {
    const product = at(cross.data, i);
    norms.subarray(0, i).forEach((other, l) => {
      const value = entry(students, i, l);
      const mirrored = entry(students, l, i);
      const size = norm * other;
      if (Math.abs(value - mirrored) > slack * size) {
        throw inconsistent('is not symmetric', `students[${i}, ${l}]`, [value, mirrored]);
      }
      if (Math.abs(value) > (1 + slack) * size) {
        throw inconsistent(`exceeds √(G_ii G_ll) = ${size}`, `students[${i}, ${l}]`, value);
      }
    });
    const size = norm * Math.sqrt(target);
    if (Math.abs(product) > (1 + slack) * size) {
      throw inconsistent(`exceeds √(G_ii E y²) = ${size}`, `cross[${i}]`, product);
    }
  });
}

/** Throws {@link ValueError} when a squared length came out negative by more than inexact data explains. */
export function checkSquare(square: number, resolution: number, field: string): void {
  if (square >= -SLACK * resolution) return;
  throw inconsistent('makes the Gram matrix indefinite', field, square);
}

function inconsistent(problem: string, field: string, value: unknown): ValueError {
  return new ValueError(problem, {
    field: `gram.${field}`,
    value,
    remedy:
      'Give second moments of one set of functions; if they are estimates, set noise to their relative error.',
  });
}

/**
 * Loss ½(E y² − 2 aᵀt + aᵀG a) of the model with amplitudes a, docs/theory.md (12). Near a perfect fit it is the
 * difference of equal numbers: below about 1e-16·E y² it is rounding, of either sign.
 */
export function lossOf(gram: Gram, amplitude: ArrayLike<number>): number {
  const { students, cross, target } = gram;
  const m = cross.data.length;
  const residual = cross.data.map((t, i) => t - dotAt(students.data, i * m, amplitude, 0, m));
  return 0.5 * (target - dot(cross.data, amplitude) - dot(residual, amplitude));
}

/** Losses on `gram` closer than this differ by rounding only. */
export function tieOf({ target }: Gram): number {
  return 0.5 * target * TIE;
}

/** The Gram data of the chosen units, in the order given. */
export function subGram(gram: Gram, units: readonly number[]): Gram {
  const entries = units.flatMap((i) => units.map((l) => entry(gram.students, i, l)));
  return {
    students: { shape: [units.length, units.length], data: Float64Array.from(entries) },
    cross: takeRows(gram.cross, units),
    target: gram.target,
  };
}

/**
 * Functional redundancy |G_il|/√(G_ii G_ll) of every two units, in [0, 1], docs/theory.md (27), [m, m]. A unit that is
 * the zero function is redundant with none but itself. Throws a typed error for invalid Gram data.
 */
export function redundancy(gram: Gram, options: GramOptions = {}): NDArray {
  checkGram(gram, resolutionOf(options));
  const { students } = gram;
  const m = gram.cross.data.length;
  const result = zeros([m, m]);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < m; l++) {
      const size = Math.sqrt(entry(students, i, i)) * Math.sqrt(entry(students, l, l));
      const share = size > 0 ? Math.min(1, Math.abs(entry(students, i, l)) / size) : 0;
      result.data[i * m + l] = i === l ? 1 : share;
    }
  }
  return result;
}
