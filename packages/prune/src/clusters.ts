import type { Gram, NDArray } from '@softmoe/model';
import { requireFinite } from '@softmoe/model/checks';
import { zeros } from '@softmoe/model/linalg';
import { checkGram, type GramOptions, resolutionOf } from './gram.ts';

/**
 * Redundancy from which two units count as duplicates, unless told otherwise: an angle of 45°. Two sigmoid units with one
 * expert and unrelated routers have 0.85, and belong together when routers are still on their way.
 */
export const DUPLICATE = 0.7;

/** Units that are one function up to sign and scale. */
export interface Cluster {
  /** Ascending. */
  readonly units: readonly number[];
  /** +1 or −1 for each: the sign of its correlation with the first. */
  readonly signs: readonly number[];
}

export interface ClusterOptions extends GramOptions {
  /** Least redundancy of two duplicates, from 0.5 to 1; 0.7 by default. */
  readonly redundancy?: number;
}

/**
 * Functional redundancy |G_il|/√(G_ii G_ll) of every two units, in [0, 1], docs/theory.md (27), [m, m]. A unit that is
 * the zero function is redundant with none but itself. Throws a typed error for invalid Gram data.
 */
export function redundancy(gram: Gram, options: GramOptions = {}): NDArray {
  checkGram(gram, resolutionOf(options));
  const { data } = gram.students;
  const m = gram.cross.data.length;
  const result = zeros([m, m]);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < m; l++) {
      const size = Math.sqrt(data[i * m + i]!) * Math.sqrt(data[l * m + l]!);
      const share = size > 0 ? Math.min(1, Math.abs(data[i * m + l]!) / size) : 0;
      result.data[i * m + l] = i === l ? 1 : share;
    }
  }
  return result;
}

/**
 * Partition of the units into clusters of duplicates, ordered by their first units; a unit without a duplicate is a
 * cluster of its own.
 *
 * Linkage is complete: every two units of a cluster reach the redundancy asked for, the most redundant groups joining
 * first. Connected components would chain units that drift step by step into one cluster whose ends are unlike. Above
 * a redundancy of one half the signs are consistent: three angles below 60° cannot make an odd number of sign flips.
 */
export function clusters(gram: Gram, options: ClusterOptions = {}): Cluster[] {
  const link = redundancy(gram, options).data;
  const threshold = requireRedundancy(options);
  const m = gram.cross.data.length;
  const groups = new Map(Array.from({ length: m }, (_, i) => [i, [i]]));
  for (;;) {
    const pair = closestPair(groups.keys(), link, m, threshold);
    if (!pair) break;
    const [into, from] = pair;
    groups.get(into)!.push(...groups.get(from)!);
    groups.delete(from);
    for (const other of groups.keys()) {
      const least = Math.min(link[into * m + other]!, link[from * m + other]!);
      link[into * m + other] = least;
      link[other * m + into] = least;
    }
  }
  return [...groups.values()].map((group) => {
    const units = group.toSorted((i, l) => i - l);
    const first = units[0]!;
    return { units, signs: units.map((i) => (gram.students.data[first * m + i]! < 0 ? -1 : 1)) };
  });
}

/** The redundancy asked for, checked. */
export function requireRedundancy(options: ClusterOptions): number {
  const { redundancy: threshold = DUPLICATE } = options;
  requireFinite('redundancy', threshold, 0.5, 1);
  return threshold;
}

/** The two groups, first below second, with the highest linkage of at least `threshold`. */
function closestPair(
  groups: Iterable<number>,
  link: Float64Array,
  m: number,
  threshold: number,
): [number, number] | undefined {
  const ids = [...groups];
  let best: [number, number] | undefined;
  let highest = threshold;
  ids.forEach((i, index) => {
    for (const l of ids.slice(index + 1)) {
      const value = link[i * m + l]!;
      if (value < threshold || (best && value <= highest)) continue;
      highest = value;
      best = [i, l];
    }
  });
  return best;
}
