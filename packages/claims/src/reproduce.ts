import { runTasks, type TaskPool, type TaskRecord, type TaskStore, taskId } from '@softmoe/tasks';
import { type Claim, type Extent, type PlannedTask, seedOf } from './claim.ts';
import type { Finding } from './finding.ts';

/** How far the measurements of a reproduction have come. */
export interface ReproduceProgress {
  readonly total: number;
  /** Measurements recorded, those of earlier starts among them. */
  readonly recorded: number;
  /** Share of the expected processor time that is done, in [0, 1]. */
  readonly share: number;
  /** Estimate of the seconds that are left. */
  readonly secondsLeft: number;
}

/** What to measure and judge, where it is recorded, and who hears of it. */
export interface ReproduceOptions {
  readonly claims: readonly Claim[];
  readonly extent: Extent;
  readonly store: TaskStore;
  readonly pool: TaskPool;
  readonly signal?: AbortSignal | undefined;
  /** Called before the first measurement, with the estimate of the time that all will take. */
  readonly onStart?: ((progress: ReproduceProgress) => void) | undefined;
  /** Called whenever a measurement has ended. */
  readonly onProgress?: ((progress: ReproduceProgress) => void) | undefined;
}

/** A claim with what its measurements came to. */
export interface JudgedClaim {
  readonly claim: Claim;
  readonly finding: Finding;
  /** Measurements that the finding rests on, and what they took, added up: several may run at a time. */
  readonly tasks: number;
  readonly seconds: number;
  /** The largest seed among them. */
  readonly lastSeed: number;
}

/**
 * Measures what the claims need and the store lacks, then judges each claim. Claims share measurements that are equal.
 * Stopped at any moment it goes on from what was recorded. Throws what `runTasks` throws.
 */
export async function reproduce(options: ReproduceOptions): Promise<JudgedClaim[]> {
  const { claims, extent, store, pool, signal, onStart, onProgress } = options;
  const plans = claims.map((claim) => ({ claim, tasks: claim.plan(extent) }));
  const planned = uniqueTasks(
    plans.flatMap((plan) => plan.tasks),
    pool,
  );
  const clock = new Clock(planned, pool.concurrency);
  const records = new Map<string, TaskRecord>();
  // The longest first: then the last ones don't keep one worker busy while the others are idle.
  const tasks = [...planned.values()].sort((a, b) => b.seconds - a.seconds);
  await runTasks(
    tasks.map(({ kind, input }) => ({ kind, input })),
    {
      store,
      pool,
      signal,
      onRecord(record, from) {
        records.set(record.id, record);
        clock.add(record, from);
        if (from === 'run') onProgress?.(clock.progress);
      },
      onProgress({ done, failed, held, running }) {
        if (running === 0 && done + failed === held) onStart?.(clock.progress);
      },
    },
  );
  return plans.map(({ claim, tasks: needed }) => {
    const own = [...uniqueTasks(needed, pool).keys()].map((id) => records.get(id)!);
    const seconds = own.reduce((sum, record) => sum + record.seconds, 0);
    const lastSeed = Math.max(...own.map(seedOf));
    return { claim, finding: claim.judge(own), tasks: own.length, seconds, lastSeed };
  });
}

function uniqueTasks(
  tasks: readonly PlannedTask[],
  { codeOf }: TaskPool,
): Map<string, PlannedTask> {
  return new Map(tasks.map((task) => [taskId(task, codeOf(task.kind)), task]));
}

/** Tells the time left from what tasks were expected to take, corrected by what they took so far on this machine. */
class Clock {
  readonly #planned: ReadonlyMap<string, PlannedTask>;
  readonly #concurrency: number;
  readonly #total: number;
  #left: number;
  #recorded = 0;
  #expected = 0;
  #taken = 0;

  constructor(planned: ReadonlyMap<string, PlannedTask>, concurrency: number) {
    this.#planned = planned;
    this.#concurrency = concurrency;
    this.#total = [...planned.values()].reduce((sum, { seconds }) => sum + seconds, 0);
    this.#left = this.#total;
  }

  add({ id, seconds }: TaskRecord, from: 'store' | 'run'): void {
    const expected = this.#planned.get(id)!.seconds;
    this.#recorded++;
    // Exactly nothing is left at the end, whatever the rounding of the sum.
    this.#left = this.#recorded === this.#planned.size ? 0 : this.#left - expected;
    if (from === 'store') return;
    this.#expected += expected;
    this.#taken += seconds;
  }

  get progress(): ReproduceProgress {
    // As if ten seconds had been measured at the expected speed: the first tasks alone say little.
    const pace = (this.#taken + 10) / (this.#expected + 10);
    return {
      total: this.#planned.size,
      recorded: this.#recorded,
      share: this.#total > 0 ? 1 - this.#left / this.#total : 1,
      secondsLeft: (pace * this.#left) / this.#concurrency,
    };
  }
}
