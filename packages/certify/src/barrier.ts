import { type MoE, nearestImage, type Objective, retract, ShapeError } from '@softmoe/model';
import { requireInteger, requireSameFrame, requireSameKind } from '@softmoe/model/checks';
import { addScaled, scaleParams } from '@softmoe/model/linalg';

/** The loss on a path between two models, and how far it rises above the line between the losses of its ends. */
export interface Barrier {
  /** Largest rise at any of the points; 0 where the loss stays below that line. */
  readonly height: number;
  /** Where on the path the largest rise is, in [0, 1]. */
  readonly at: number;
  /** Losses at equally spaced points from the first model to the second, both included. */
  readonly losses: readonly number[];
}

/** Between which parameters a {@link barrier} is looked for, and at how many points. */
export interface BarrierOptions {
  /**
   * Whether the path leads to the image of the second model under its symmetries, docs/theory.md (6), that is nearest to the first, or
   * to the second model as it is. Default true.
   */
  readonly aligned?: boolean;
  /** Points of the path, its ends included, at least 3. Default 33. */
  readonly points?: number;
  readonly signal?: AbortSignal;
}

/**
 * How far `objective` rises on the straight path from one model to another, whose rows on spheres are normalised at every point:
 * linear mode connectivity (Frankle et al., arXiv:1912.05671), up to permutation where it is aligned (Entezari et al.,
 * arXiv:2110.06296). The models and the target of the objective are in the same coordinates. Throws `ShapeError` for models of
 * different sizes, `ValueError` for different gates, experts or routing and where a row of one is exactly opposite to that of the other, and the
 * reason of `signal` once that has aborted.
 */
export async function barrier(
  from: MoE,
  to: MoE,
  objective: Objective,
  { aligned = true, points = 33, signal }: BarrierOptions = {},
): Promise<Barrier> {
  requireInteger('points', points, 3);
  requireSameSize(from, to);
  const end = aligned ? nearestImage(to, from).model : to;
  const losses: number[] = [];
  for (let i = 0; i < points; i++) {
    signal?.throwIfAborted();
    const t = i / (points - 1);
    const params = addScaled(scaleParams(1 - t, from.params), t, end.params);
    const point = i === 0 ? from : i === points - 1 ? end : retract(from.spec, params);
    losses.push((await objective.evaluate(point, 0)).loss);
  }
  const [first = Number.NaN, last = Number.NaN] = [losses[0], losses.at(-1)];
  let [height, at] = [0, 0];
  for (const [i, loss] of losses.entries()) {
    const t = i / (points - 1);
    const rise = loss - ((1 - t) * first + t * last);
    if (rise > height) [height, at] = [rise, t];
  }
  return { height, at, losses };
}

function requireSameSize(from: MoE, to: MoE): void {
  requireSameFrame('to', to, from);
  requireSameKind(to.spec, from.spec, 'to.spec', "the other model's");
  for (const field of ['inputDim', 'experts'] as const) {
    if (from.spec[field] === to.spec[field]) continue;
    throw new ShapeError(`must be that of the other model, ${from.spec[field]}`, {
      field: `to.spec.${field}`,
      value: to.spec[field],
      remedy:
        'Compare models of one size: students before pruning, or pruned to equally many units.',
    });
  }
}
