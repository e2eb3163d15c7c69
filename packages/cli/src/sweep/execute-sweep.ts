import {
  inShard,
  openSweepFolder,
  readSweep,
  requireJobsFit,
  type Shard,
  type Sweep,
  shellWord,
  thisMachine,
  writeResults,
} from '@softmoe/runs';
import {
  codeOf,
  createTaskPool,
  type RunTasksOptions,
  runTasks,
  type Task,
  type TaskProgress,
  type TaskRecord,
  taskId,
} from '@softmoe/tasks';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { loadQueue } from '../load-packages.ts';
import { endedByError, listenForStop, tasksEndedEarly } from '../stop-signals.ts';
import type { Streams } from '../streams.ts';
import { worker } from '../worker.ts';
import { createSweepProgress } from './sweep-progress.ts';
import { sweepSummary } from './sweep-summary.ts';

export interface ExecuteSweepOptions {
  readonly jobs: number;
  /** Address of the queue whose workers do the runs; without one they are done here. */
  readonly queue?: string;
  readonly shard?: Shard;
  readonly retryFailed?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Does the runs of a sweep that its folder lacks, shows it, and tells the exit code. */
export async function executeSweep(
  sweep: Sweep,
  folder: string,
  { jobs, queue, shard, retryFailed, json, quiet }: ExecuteSweepOptions,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  const queuePackage = queue === undefined ? undefined : await loadQueue();
  const runs = sweep.runs.filter(({ task }) => !shard || isIn(shard, task));
  const tasks = runs.map(({ task }) => task);
  if (queue === undefined) {
    requireJobsFit(
      runs.map(({ config }) => config),
      jobs,
      thisMachine(),
    );
  }
  const store = await openSweepFolder(folder, sweep);
  const stop = listenForStop();
  const progress = quiet ? undefined : createSweepProgress(sweep, stderr);
  const say = progress?.say ?? ((line: string) => stderr.write(`${line}\n`));
  let records: TaskRecord[];
  try {
    const options = {
      store,
      signal: stop.signal,
      retryFailed,
      onRecord: (record: TaskRecord, from: 'store' | 'run') => progress?.record(record, from),
      onProgress: (state: TaskProgress) => progress?.show(state),
    };
    records =
      queuePackage && queue !== undefined
        ? await queuePackage.runQueuedTasks(tasks, {
            ...options,
            queue: { url: queue },
            codeOf: codeOf(worker).hashOf,
            onWarning: (message) => say(`warning: ${message}`),
          })
        : await runInPool(tasks, jobs, options);
  } catch (error) {
    progress?.stop();
    const part = shard ? ` --shard ${shard.index}/${shard.count}` : '';
    return tasksEndedEarly(
      error,
      stop,
      stderr,
      `go on with: softmoe sweep ${shellWord(folder)}${part}`,
    );
  } finally {
    progress?.stop();
    stop.release();
  }
  const results = await readSweep(folder);
  stdout.write(sweepSummary(results, folder, { json }));
  try {
    await writeResults(folder, results);
  } catch (error) {
    return endedByError(error, stderr);
  }
  const failed = records.some(({ status }) => status === 'failed');
  return failed ? exitCodes.someFailed : exitCodes.recovered;
}

async function runInPool(
  tasks: readonly Task[],
  jobs: number,
  options: Omit<RunTasksOptions, 'pool'>,
): Promise<TaskRecord[]> {
  const pool = createTaskPool({ worker, concurrency: jobs });
  try {
    return await runTasks(tasks, { ...options, pool });
  } finally {
    await pool.close();
  }
}

/** By the task alone, so that machines agree on the parts even where their code differs. */
function isIn(shard: Shard, task: Task): boolean {
  return inShard(taskId(task, ''), shard);
}
