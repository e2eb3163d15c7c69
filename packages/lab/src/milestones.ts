import type { TrainRecord } from '@softmoe/train';

/** An overlap that counts as aligned on the way, for the times at which experts and routers align. */
export const ALIGNED = 0.5;

/** Flow times at which each teacher expert was first matched by an expert, and by its router, with overlap 0.5. */
export interface Milestones {
  readonly expert: readonly (number | null)[];
  readonly router: readonly (number | null)[];
}

/** The times from each expert to its router, of the pairs of which both were found. */
export function lagsOf({ expert, router }: Milestones): number[] {
  return expert.flatMap((at, j) => {
    const followed = router[j] ?? null;
    return at === null || followed === null ? [] : [followed - at];
  });
}

/** The mean time from an expert to its router, over the pairs of which both were found; undefined without one. */
export function meanLag(milestones: Milestones): number | undefined {
  const lags = lagsOf(milestones);
  return lags.length === 0 ? undefined : lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
}

/** How far on the way from `before` to `now` an overlap crosses {@link ALIGNED}, between 0 and 1. */
export function crossing(before: number, now: number): number {
  return (ALIGNED - before) / (now - before);
}

interface Point {
  readonly time: number;
  readonly expert: readonly number[];
  readonly router: readonly number[];
}

/** Follows the alignments from record to record; crossing times are interpolated linearly between two records. */
export class MilestoneTracker {
  #previous: Point | undefined;
  #found: { expert: (number | null)[]; router: (number | null)[] };

  constructor(teachers: number, resume?: { found: Milestones; previous: Point | undefined }) {
    const none = () => new Array<number | null>(teachers).fill(null);
    this.#found = resume
      ? { expert: [...resume.found.expert], router: [...resume.found.router] }
      : { expert: none(), router: none() };
    this.#previous = resume?.previous;
  }

  add({ time, alignment }: Pick<TrainRecord, 'time' | 'alignment'>): void {
    if (!alignment) return;
    const point = { time, expert: alignment.expert, router: alignment.router };
    for (const kind of ['expert', 'router'] as const) {
      this.#found[kind].forEach((known, j) => {
        const now = point[kind][j]!;
        if (known !== null || now < ALIGNED) return;
        const before = this.#previous?.[kind][j];
        const from = this.#previous?.time;
        this.#found[kind][j] =
          before === undefined || from === undefined
            ? time
            : from + crossing(before, now) * (time - from);
      });
    }
    this.#previous = point;
  }

  get milestones(): Milestones {
    return { expert: [...this.#found.expert], router: [...this.#found.router] };
  }

  /** Everything needed to go on, for a snapshot. */
  get state(): { found: Milestones; previous: Point | undefined } {
    return { found: this.milestones, previous: this.#previous };
  }
}
