import type { Gram, MoE } from '@softmoe/model';
import { routingOf } from '@softmoe/model/checks';
import { entry } from '@softmoe/model/linalg';
import type { CurvePoint } from './elimination.ts';
import { redundancy, tieOf } from './gram.ts';
import { merge } from './merge.ts';
import { type Refit, refitUnits } from './refit.ts';

/** Units of the original, in groups each of which is one unit of a smaller model. */
type Groups = readonly (readonly number[])[];

/** A point of the elimination with everything that was found at it. */
export interface Regrouping {
  readonly groups: Groups;
  readonly model: MoE;
  readonly gram: Gram;
  /** Best amplitudes of `model`. */
  readonly refit: Refit;
}

/**
 * Greedy backward elimination where units share their gates: without one of them all the others change, so that a subset of
 * one Gram matrix is not the Gram matrix of the smaller model, and every candidate is a model with Gram data of its own,
 * docs/theory.md, section 5. From all m units down to one, each time the candidate of least loss after refitting the
 * amplitudes, docs/theory.md (25) and (26): a unit merged into the one that it is most redundant with, docs/theory.md (27)
 * and (29), or left out. Where rounding alone tells them apart, merging comes first.
 *
 * Returns m regroupings, of m, m − 1, … 1 groups. From s units there are s ways to leave one out and at most s − 1 pairs to
 * merge, so that `gramOf` is called at most m² times in all. Unlike where every unit has its own gate the loss may also fall from
 * one to the next.
 */
export async function regroupings(
  model: MoE,
  gramOf: (model: MoE) => Promise<Gram>,
  resolution: number,
): Promise<Regrouping[]> {
  const share = routingOf(model.spec.routing).logShares(model.params);
  const byShare = (i: number, l: number) => share[l]! - share[i]! || i - l;
  const regroup = async (groups: Groups): Promise<Regrouping> => {
    const merged = merge(model, groups);
    const gram = await gramOf(merged);
    return { groups, model: merged, gram, refit: refitUnits(gram, [...groups.keys()], resolution) };
  };

  let current = await regroup(Array.from({ length: model.spec.experts }, (_, i) => [i]));
  const found = [current];
  while (current.groups.length > 1) {
    const { groups, gram } = current;
    const without = (g: number) => groups.filter((_, other) => other !== g);
    const candidates: Groups[] = nearestPairs(gram, resolution).map((pair) => {
      const [kept, dropped] = pair;
      const merged = pair.flatMap((g) => groups[g]!).sort(byShare);
      return without(dropped).map((group, g) => (g === kept ? merged : group));
    });
    candidates.push(...groups.map((_, g) => without(g)));
    let best: Regrouping | undefined;
    for (const candidate of candidates) {
      const next = await regroup(candidate);
      if (!best || next.refit.loss < best.refit.loss - tieOf(gram)) best = next;
    }
    current = best!;
    found.push(current);
  }
  return found;
}

/** The regrouping as a point of an elimination curve: for each group its unit of the largest share, ascending. */
export function pointOf({ groups, refit }: Regrouping): CurvePoint {
  return {
    size: groups.length,
    loss: refit.loss,
    kept: groups.map(firstOf).sort((i, l) => i - l),
  };
}

/** The unit of a group that has the largest share of the gates. */
export function firstOf(group: readonly number[]): number {
  return group[0]!;
}

/** Each unit with the one that it is most redundant with, first below second, each pair once. */
function nearestPairs(gram: Gram, resolution: number): [number, number][] {
  const share = redundancy(gram, { noise: resolution });
  const m = gram.cross.data.length;
  const pairs = new Map<number, [number, number]>();
  for (let i = 0; i < m; i++) {
    let nearest = i === 0 ? 1 : 0;
    for (let l = 0; l < m; l++) {
      if (l !== i && entry(share, i, l) > entry(share, i, nearest)) nearest = l;
    }
    const pair: [number, number] = [Math.min(i, nearest), Math.max(i, nearest)];
    pairs.set(pair[0] * m + pair[1], pair);
  }
  return [...pairs.values()];
}
