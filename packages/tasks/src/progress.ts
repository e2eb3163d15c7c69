/** How far a set of tasks has come. */
export interface TaskProgress {
  readonly total: number;
  /** Those that the store held at the start; they count as done or failed, too. */
  readonly held: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  /** Estimate of the time until all have ended; undefined until one has. */
  readonly secondsLeft: number | undefined;
}

/**
 * The time left, if the tasks to come take as long as those that ended: `ended` tasks took `spent` seconds in all, each
 * in one of `concurrency` lanes. Those that run are half done on average, and the last ones cannot fill every lane.
 */
export function secondsLeft(state: {
  readonly ended: number;
  readonly spent: number;
  readonly waiting: number;
  readonly running: number;
  readonly concurrency: number;
}): number | undefined {
  const { ended, spent, waiting, running, concurrency } = state;
  if (waiting + running === 0) return 0;
  if (ended === 0) return undefined;
  const lanes = Math.min(concurrency, waiting + running);
  return ((spent / ended) * (waiting + running / 2)) / lanes;
}
