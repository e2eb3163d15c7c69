import type { Gram, NDArray } from '@softmoe/model';
import { entry, zeros } from '@softmoe/model/linalg';
import { checkGram, type GramOptions, resolutionOf } from './gram.ts';

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
