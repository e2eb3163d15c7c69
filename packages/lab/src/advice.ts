import type { MoESpec } from '@softmoe/model';
import { tangentDim, translationDim } from '@softmoe/model/linalg';
import type { Pruned } from '@softmoe/prune';
import { fallsOf } from './cliff.ts';
import type { Config } from './config.ts';
import { coarsestStep, type Milestones } from './milestones.ts';
import { hasClosedForm, standIns } from './own-parts.ts';
import type { Advice, Summary, Warning } from './result-schema.ts';
import { estimateSize } from './size-estimate.ts';

/** What a user should know before a run that will not do what the paper describes. */
export function configWarnings(config: Config): Warning[] {
  const { students, teachers, finetune } = config;
  const warnings: Warning[] = [];
  if (students < teachers) warnings.push({ kind: 'too-few-students', value: students, teachers });
  const needed = hasClosedForm(config) ? 0 : freeParameters(config);
  if (finetune.sampleSize < needed) {
    warnings.push({ kind: 'small-sample', value: finetune.sampleSize, needed, teachers });
  }
  const long = longPhase(config);
  if (long) warnings.push(long);
  return warnings;
}

/** A run that is estimated to take longer than this many seconds is told of before. */
const LONG = 3600;

/** The phase that takes most of the time, where the whole is hours. */
function longPhase(config: Config): Warning | undefined {
  const sizes = estimateSize(config);
  const value = Object.values(sizes).reduce((sum, { seconds }) => sum + seconds, 0);
  if (value < LONG) return undefined;
  const names = ['train', 'prune', 'finetune'] as const;
  const phase = names.reduce((most, name) =>
    sizes[name].seconds > sizes[most].seconds ? name : most,
  );
  return { kind: 'long-run', value, phase };
}

/**
 * Parameters of a student of the teacher's size in the span of both, in which it is fine-tuned, docs/theory.md (38); less
 * the translations that change no function.
 */
function freeParameters(config: Config): number {
  const { inputDim, teachers } = config;
  const r = Math.min(inputDim, 4 * teachers);
  const spec = { inputDim: r, experts: teachers, ...standIns(config) } as MoESpec;
  return tangentDim(spec) - translationDim(spec);
}

/** What a user should know of times of alignment. */
export function coarseWarnings(milestones: Milestones): Warning[] {
  const step = coarsestStep(milestones);
  return step === undefined ? [] : [{ kind: 'coarse-times', value: step }];
}

/** What a user should know of an elimination curve that a size was read from. */
export function cliffWarnings({ curve, kept }: Pruned, { prune }: Config): Warning[] {
  const fall = fallsOf(curve).find(({ size }) => size === kept.length);
  if (prune.rule !== 'cliff' || !fall || fall.clear) return [];
  return [{ kind: 'no-clear-cliff', value: fall.ratio, size: kept.length }];
}

/** How a run ended, as far as advice depends on it. */
export interface Ending {
  readonly config: Config;
  readonly milestones: Milestones;
  /** When training ended. */
  readonly trainedLoss: number;
  /** Loss when training ended over the null loss, on the samples that pruning is done on. */
  readonly left: number;
  /** Teacher experts that were not recovered. */
  readonly missing: Summary['missing'];
  /** Units left after pruning. */
  readonly survivors: number;
}

/** The missed teacher experts that make up less of the loss than training left of those that it found. */
function weakTeachers(missing: Summary['missing'], left: number): Advice[] {
  const shareOf = ({ share = 1 }: Summary['missing'][number]) => share;
  const leftOfOthers = missing.reduce((rest, one) => rest - shareOf(one), left);
  return missing.flatMap((one): Advice[] =>
    shareOf(one) < leftOfOthers
      ? [{ kind: 'weak-teacher', value: shareOf(one), teacherExpert: one.teacherExpert }]
      : [],
  );
}

/** What to change so that the run recovers more, if anything. */
export function adviceFor(ending: Ending): Advice[] {
  const { config, milestones, trainedLoss, left, missing, survivors } = ending;
  const { teachers, students, seed, train, prune } = config;
  const asked = prune.rule === 'size' ? ({ asked: true } as const) : {};
  if (students < teachers) return [{ kind: 'students-needed', value: teachers }];
  if (missing.length === 0) {
    if (survivors <= teachers) return [];
    return [{ kind: 'kept-too-many', value: survivors, loss: trainedLoss, ...asked }];
  }
  // No other start or longer training makes up for a size that is too small.
  if (survivors < teachers && prune.rule === 'size') {
    return [{ kind: 'kept-too-few', value: survivors, ...asked }];
  }
  const advice: Advice[] = [...weakTeachers(missing, left)];
  if (students < 5 * teachers) advice.push({ kind: 'more-students', value: 5 * teachers });
  const late = milestones.expert.some((time) => time === null || time > train.time / 2);
  if (late) advice.push({ kind: 'train-longer', value: 2 * train.time });
  if (survivors < teachers) advice.push({ kind: 'kept-too-few', value: survivors });
  advice.push({ kind: 'other-seed', value: seed + 1 });
  return advice;
}
