import type { MoE } from '@softmoe/model';
import { hasFreeRouters } from '@softmoe/model/checks';
import { normParams, rowNorms } from '@softmoe/model/linalg';
import { type Alignment, alignment, type Overlaps, overlaps } from './alignment.ts';
import type { TrainState } from './state.ts';

/** What is told about one point of a run. */
export interface TrainRecord<Memory = unknown> {
  readonly step: number;
  readonly time: number;
  readonly loss: number;
  /** Euclidean length of the Riemannian gradient over all parameters. */
  readonly gradientNorm: number;
  readonly amplitude: number[];
  /** Lengths of the routers, [m], where these have lengths of their own. */
  readonly routerLength?: number[];
  /** With a teacher only. */
  readonly overlaps?: Overlaps;
  /** With a teacher only. */
  readonly alignment?: Alignment;
  /** The whole state, to resume from or to save. */
  readonly state: TrainState<Memory>;
}

/** The record of `state`, with overlaps and alignment where a teacher is given. */
export function recordOf<Memory>(state: TrainState<Memory>, teacher?: MoE): TrainRecord<Memory> {
  const { step, time, model, evaluation } = state;
  const found = teacher && overlaps(model, teacher);
  return {
    step,
    time,
    loss: evaluation.loss,
    gradientNorm: normParams(evaluation.gradient),
    amplitude: [...model.params.amplitude.data],
    ...(hasFreeRouters(model.spec) ? { routerLength: [...rowNorms(model.params.router)] } : {}),
    ...(teacher && found ? { overlaps: found, alignment: alignment(model, teacher, found) } : {}),
    state,
  };
}
