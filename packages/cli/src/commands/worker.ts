import { createTaskPool, type TaskRecord } from '@softmoe/tasks';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { loadQueue } from '../load-packages.ts';
import { parseCount, seconds } from '../numbers.ts';
import { listenForStop } from '../stop-signals.ts';
import type { Streams } from '../streams.ts';
import { worker } from '../worker.ts';
import { jobsOption } from './sweep.ts';

interface WorkerOptions {
  readonly queue: string;
  readonly jobs: number;
  readonly lock: number;
  readonly takeovers: number;
  readonly quiet?: boolean;
}

/** `softmoe worker --queue URL`. */
export function workerCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('worker')
    .summary('do the runs of sweeps that wait in a queue')
    .description(
      'Takes runs from a queue that softmoe sweep --queue fills, on this or any other machine, until Ctrl-C: then the runs ' +
        'under way go back to the queue. If it dies, another worker takes them over.',
    )
    .requiredOption('--queue <url>', 'redis://HOST:PORT of a Redis server')
    .addOption(jobsOption())
    .addOption(
      new Option('--lock <seconds>', 'how long a run stays locked if this worker dies')
        .default(20)
        .argParser(positive),
    )
    .addOption(
      new Option('--takeovers <n>', 'how often a run whose worker died is taken over')
        .default(3)
        .argParser(parseCount),
    )
    .option('--quiet', 'show nothing but warnings')
    .action(async ({ queue: url, jobs, lock, takeovers, quiet }: WorkerOptions) => {
      const { serveTasks } = await loadQueue();
      const stop = listenForStop();
      const pool = createTaskPool({ worker, concurrency: jobs });
      const say = (line: string) => streams.stderr.write(`${line}\n`);
      const tell = quiet ? () => {} : say;
      try {
        await serveTasks({
          queue: { url },
          pool,
          signal: stop.signal,
          lockSeconds: lock,
          maxTakeovers: takeovers,
          onReady: () => tell(`waiting for runs, ${jobs} at a time; Ctrl-C ends it`),
          onRecord: (record) => tell(describe(record)),
          onWarning: (message) => say(`warning: ${message}`),
        });
        setExitCode(stop.exitCode);
      } finally {
        await pool.close();
        stop.release();
      }
    });
}

function describe(record: TaskRecord): string {
  const name = `${record.kind} ${record.id.slice(0, 8)}`;
  return record.status === 'done'
    ? `${name} done in ${seconds(record.seconds)}`
    : `${name} failed: ${record.error.name}: ${record.error.message}`;
}

function positive(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError('Give a number of seconds, such as 20.');
}
