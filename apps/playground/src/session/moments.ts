import type { Plane } from '@softmoe/figures';
import type { Config, Milestones, Phase, Summary } from '@softmoe/lab';
import type { Frame, PruneReport } from '../protocol.ts';

/** What the page shows of a run; survives a reload. */
export interface History {
  readonly train: readonly Frame[];
  readonly tune: readonly Frame[];
  readonly milestones: Milestones | undefined;
  readonly pruned: PruneReport | undefined;
  readonly summary: Summary | undefined;
}

/** All that had come of a run by one of its moments. */
export interface Past extends History {
  readonly config: Config | undefined;
  readonly phase: Phase;
}

/** How many moments of a run are on record: those of training, and after them those of fine-tuning. */
export function momentsOf({ train, tune }: Pick<Past, 'train' | 'tune'>): number {
  return train.length + tune.length;
}

/** The record at a moment, counted from 0; undefined where there is none. */
export function frameAt(
  { train, tune }: Pick<Past, 'train' | 'tune'>,
  moment: number | undefined,
): Frame | undefined {
  return moment === undefined ? undefined : (train[moment] ?? tune[moment - train.length]);
}

/** A run as it was at a moment: pruning lies between the last of training and the first of fine-tuning. As it is without one. */
export function pastOf(run: Past, moment: number | undefined): Past {
  const frame = frameAt(run, moment);
  if (moment === undefined || !frame) return run;
  const { config, train, tune, milestones, pruned } = run;
  if (frame.phase === 'finetune') {
    const gone = tune.slice(0, moment - train.length + 1);
    return { config, phase: 'finetune', train, tune: gone, milestones, pruned, summary: undefined };
  }
  return {
    config,
    phase: 'train',
    train: train.slice(0, moment + 1),
    tune: [],
    milestones: milestones && milestonesAt(milestones, frame.record.time),
    pruned: undefined,
    summary: undefined,
  };
}

/** Pictures of a run that are kept: beyond that every other one is given up. */
const MOST = 128;

/** The planes that were drawn as a run went, by the moment at which each was drawn. */
export class Planes {
  #kept: { readonly record: number; readonly plane: Plane }[] = [];

  clear(): void {
    this.#kept = [];
  }

  /** Forgets those from a moment on, which are done again. */
  cut(moment: number): void {
    this.#kept = this.#kept.filter(({ record }) => record < moment);
  }

  add(record: number, plane: Plane): void {
    if (this.#kept.at(-1)?.record === record) this.#kept.pop();
    this.#kept.push({ record, plane });
    if (this.#kept.length > MOST) this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
  }

  /** The plane as it was drawn last up to a moment, and at which one; undefined where none was. */
  at(record: number): { readonly record: number; readonly plane: Plane } | undefined {
    return this.#kept.findLast((one) => one.record <= record);
  }
}

/** What was known of who came first at a flow time. */
export function milestonesAt(milestones: Milestones, time: number): Milestones {
  const known = (times: readonly (number | null)[]) =>
    times.map((at) => (at !== null && at <= time ? at : null));
  return { ...milestones, expert: known(milestones.expert), router: known(milestones.router) };
}
