import { requireFinite, requireInteger, requireKeys } from '@softmoe/model';
import type { PlateauMark, TrainState } from './state.ts';

/** When to stop; the first that holds ends the run. With none it goes on until it is aborted. */
export interface StopCriteria {
  /** At a loss of at most this. */
  readonly loss?: number;
  /** At a gradient of at most this length. */
  readonly gradientNorm?: number;
  /** When the loss has not fallen by the factor 1 − relative within that many steps. */
  readonly plateau?: { readonly steps: number; readonly relative: number };
  /** After that many steps, counted from the very start also when resumed. */
  readonly steps?: number;
  /** At that time; `integrate` ends there exactly. */
  readonly time?: number;
}

export type StopReason = 'loss' | 'gradientNorm' | 'plateau' | 'steps' | 'time' | 'aborted';

/** Throws a typed error for a criterion out of range or unknown: a run would go on for ever. */
export function checkStop(stop: StopCriteria): void {
  requireKeys('stop', stop, ['loss', 'gradientNorm', 'plateau', 'steps', 'time']);
  const { loss, gradientNorm, plateau, steps, time } = stop;
  if (loss !== undefined) requireFinite('stop.loss', loss);
  if (gradientNorm !== undefined) requireFinite('stop.gradientNorm', gradientNorm, 0);
  if (steps !== undefined) requireInteger('stop.steps', steps, 0);
  if (time !== undefined) requireFinite('stop.time', time, 0);
  if (plateau !== undefined) {
    requireKeys('stop.plateau', plateau, ['steps', 'relative']);
    requireInteger('stop.plateau.steps', plateau.steps, 1);
    requireFinite('stop.plateau.relative', plateau.relative, 0, 1);
  }
}

/** The criterion that `state` meets, if any: a goal reached comes before a limit hit. */
export function reasonToStop(
  stop: StopCriteria,
  state: TrainState,
  gradientNorm: number,
): StopReason | undefined {
  const { step, time, evaluation, plateau } = state;
  if (stop.loss !== undefined && evaluation.loss <= stop.loss) return 'loss';
  if (stop.gradientNorm !== undefined && gradientNorm <= stop.gradientNorm) return 'gradientNorm';
  if (stop.plateau && plateau && step - plateau.step >= stop.plateau.steps) return 'plateau';
  if (stop.time !== undefined && time >= stop.time) return 'time';
  if (stop.steps !== undefined && step >= stop.steps) return 'steps';
  return undefined;
}

/** The mark after `state`: moved there if the loss fell far enough below it, else as it was. */
export function plateauMark(
  mark: PlateauMark | undefined,
  { step, evaluation: { loss } }: TrainState,
  relative: number,
): PlateauMark {
  if (mark && !(loss < mark.loss - relative * Math.abs(mark.loss))) return mark;
  return { loss, step };
}
