import { requireFinite, requireInteger, requireKeys } from '@softmoe/model/checks';
import type { PlateauMark, TrainState } from './state.ts';

/** When a run ends: at the first of these that holds. */
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

/** The criterion that held; `rounding` where float64 allowed no more progress, `aborted` where the signal said so. */
export type StopReason =
  | 'loss'
  | 'gradientNorm'
  | 'plateau'
  | 'rounding'
  | 'steps'
  | 'time'
  | 'aborted';

/** Throws a typed error for a criterion out of range or unknown: a run would go on for ever. */
export function checkStop(stop: StopCriteria): void {
  requireKeys('until', stop, ['loss', 'gradientNorm', 'plateau', 'steps', 'time']);
  const { loss, gradientNorm, plateau, steps, time } = stop;
  if (loss !== undefined) requireFinite('until.loss', loss);
  if (gradientNorm !== undefined) requireFinite('until.gradientNorm', gradientNorm, 0);
  if (steps !== undefined) requireInteger('until.steps', steps, 0);
  if (time !== undefined) requireFinite('until.time', time, 0);
  if (plateau !== undefined) {
    requireKeys('until.plateau', plateau, ['steps', 'relative']);
    requireInteger('until.plateau.steps', plateau.steps, 1);
    requireFinite('until.plateau.relative', plateau.relative, 0, 1);
  }
}

/** Why to stop at `state`, if at all: a goal reached comes before a limit hit. */
export function reasonToStop(
  stop: StopCriteria,
  state: TrainState,
  gradientNorm: number,
): StopReason | undefined {
  const { step, time, evaluation, plateau, stalled } = state;
  if (stop.loss !== undefined && evaluation.loss <= stop.loss) return 'loss';
  if (stop.gradientNorm !== undefined && gradientNorm <= stop.gradientNorm) return 'gradientNorm';
  if (stop.plateau && plateau && step - plateau.step >= stop.plateau.steps) return 'plateau';
  if (stalled) return 'rounding';
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
