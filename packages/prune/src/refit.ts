import { type Gram, type NDArray, ValueError } from '@softmoe/model';
import { requireInteger } from '@softmoe/model/checks';
import { product, zeros } from '@softmoe/model/linalg';
import { factorise } from './factor.ts';
import { checkGram, type GramOptions, resolutionOf, subGram } from './gram.ts';

/** Amplitudes refitted on Gram data, and what they reach. */
export interface Refit {
  /** Best amplitudes of the kept units in the order given, [s]; 0 for dependent ones. */
  readonly amplitude: NDArray;
  /** Loss with those amplitudes, docs/theory.md (26). Below about 1e-16·E y² it is rounding, of either sign. */
  readonly loss: number;
  /** Kept units that the others already span, such as the second of two duplicates: their amplitude is 0. */
  readonly dependent: readonly number[];
}

/**
 * The amplitudes a_S = G_SS⁻¹ t_S that minimise the loss over models made of the units `kept` (all by default, none
 * allowed), docs/theory.md (25). Stable with exact and near duplicates: a unit is dependent, and gets amplitude 0, when
 * the others leave at most max(1e-12, noise) of its E u² unexplained. Throws a typed error for Gram data that is not
 * finite, symmetric, positive semidefinite and of matching shapes, and for units that are out of range or repeated.
 */
export function refit(gram: Gram, kept?: readonly number[], options: GramOptions = {}): Refit {
  const resolution = resolutionOf(options);
  checkGram(gram, resolution);
  return refitUnits(gram, kept ?? [...gram.cross.data.keys()], resolution);
}

/** Best amplitudes of the units `kept`, as {@link refit} finds them, on Gram data that is known to be valid. */
export function refitUnits(gram: Gram, kept: readonly number[], resolution: number): Refit {
  checkUnits(kept, gram.cross.data.length);
  const factor = factorise(subGram(gram, kept), resolution);
  const amplitude = zeros([kept.length]);
  product(factor.amplitude, factor.scale).forEach((scaled, q) => {
    amplitude.data[factor.units[q]!] = scaled * Math.sqrt(gram.target);
  });
  return {
    amplitude,
    loss: 0.5 * gram.target * factor.unexplained,
    dependent: kept.filter((_, i) => factor.dependent.includes(i)),
  };
}

function checkUnits(kept: readonly number[], m: number): void {
  kept.forEach((unit, index) => {
    requireInteger(`kept[${index}]`, unit, 0, m - 1);
  });
  if (new Set(kept).size === kept.length) return;
  throw new ValueError('names a unit twice', {
    field: 'kept',
    value: kept,
    remedy: 'Name each unit once.',
  });
}
