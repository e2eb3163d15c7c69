import { availableParallelism } from 'node:os';
import {
  claims,
  createTaskPool,
  findingsOf,
  type JudgedClaim,
  openTaskStore,
  reproduce,
  type Scale,
  scales,
  selectClaims,
  TasksInterruptedError,
  withInterval,
  writeReproduction,
} from '@softmoe/lab/node';
import { ValueError } from '@softmoe/model';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { createReproduceView, duration } from './reproduce-progress.ts';
import type { Streams } from './streams.ts';

interface ReproduceOptions {
  readonly quick?: boolean;
  readonly scale: Scale;
  readonly only?: string;
  readonly out: string;
  readonly jobs?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly strict?: boolean;
}

/** `softmoe reproduce`. */
export function reproduceCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('reproduce')
    .summary('check the claims, one by one, with intervals and verdicts')
    .description(
      'Measures what the claims say, over many seeds, and judges each by criteria that were fixed beforehand: it holds, it ' +
        'fails, or it is undecided. Ends with a table and a report. Stopped at any moment, the same command goes on.',
    )
    .option('--quick', 'few seeds, about two minutes on 2 cores (same as --scale quick)')
    .addOption(
      new Option('--scale <scale>', 'how many seeds and sizes; tiny only shows how it works')
        .choices(scales)
        .default('full' satisfies Scale),
    )
    .option('--only <claims>', 'only these, such as C3,C5')
    .option('--out <folder>', 'where measurements, findings and report are kept', 'reproduction')
    .option('--jobs <n>', 'worker threads (default: one a core)')
    .option('--json', 'print the findings as JSON on stdout and nothing else')
    .option('--quiet', 'show no progress')
    .option('--strict', 'exit with 3 unless every claim holds')
    .addHelpText('after', () => help)
    .action(async (options: ReproduceOptions) => {
      setExitCode(await run(options, streams));
    });
}

async function run(options: ReproduceOptions, { stdout, stderr }: Streams): Promise<ExitCode> {
  const scale = options.quick ? 'quick' : options.scale;
  const chosen = selectClaims(options.only?.split(',').map((id) => id.trim()));
  const concurrency = jobsOf(options.jobs);
  const store = await openTaskStore(options.out);
  const pool = createTaskPool({
    worker: new URL('../dist/worker.js', import.meta.url),
    concurrency,
  });
  const interrupt = new AbortController();
  let stoppedBy: NodeJS.Signals = 'SIGINT';
  const stop = (signal: NodeJS.Signals) => {
    stoppedBy = signal;
    interrupt.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const view = options.quiet ? undefined : createReproduceView(stderr);
  try {
    const judged = await reproduce({
      claims: chosen,
      scale,
      store,
      pool,
      signal: interrupt.signal,
      onStart({ total, recorded, secondsLeft }) {
        if (options.quiet) return;
        stderr.write(
          `${chosen.length} claims at scale ${scale}: ${total} measurements, ${recorded} of them recorded; ` +
            `estimated ${duration(secondsLeft)} on ${concurrency} ${concurrency === 1 ? 'core' : 'cores'}\n`,
        );
      },
      onProgress: (progress) => view?.show(progress),
    });
    view?.stop();
    const report = await writeReproduction(options.out, judged, scale);
    stdout.write(
      options.json
        ? `${JSON.stringify(findingsOf(judged, scale), null, 2)}\n`
        : `${table(judged)}\n`,
    );
    stderr.write(`report: ${report}\n`);
    const holds = judged.every(({ finding }) => finding.verdict === 'holds');
    return options.strict && !holds ? exitCodes.notRecovered : exitCodes.recovered;
  } catch (error) {
    view?.stop();
    if (!(error instanceof TasksInterruptedError)) throw error;
    stderr.write('stopped; the same command goes on from here\n');
    return stoppedBy === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await pool.close();
  }
}

/** One line a claim: its verdict and its key number. */
function table(judged: readonly JudgedClaim[]): string {
  const rows = new Table({
    head: ['', 'claim', 'verdict', 'key number', 'value [95 % interval]'],
    style: { head: [], border: [] },
  });
  for (const { claim, finding } of judged) {
    const key = finding.numbers[0];
    rows.push([
      claim.id,
      claim.title,
      `${marks[finding.verdict]} ${finding.verdict}`,
      key?.label ?? '',
      key ? withInterval(key) : '',
    ]);
  }
  return rows.toString();
}

const marks = { holds: '✔', fails: '✘', undecided: '?' } as const;

function jobsOf(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 256) return jobs;
  throw new ValueError('must be a whole number from 1 to 256', {
    field: 'jobs',
    value: text,
    remedy: 'Use the number of cores, or leave it out.',
  });
}

const help = `
Claims:
${claims.map(({ id, title, statement }) => `  ${id.padEnd(4)} ${title}: ${statement}`).join('\n')}

Examples:
  softmoe reproduce --quick              all claims in about two minutes
  softmoe reproduce                      with enough seeds for narrow intervals; states its time first
  softmoe reproduce --only C3,C5         two of them
  softmoe reproduce --quick --json       the findings for a script

Exit codes:
  0 measured and judged to the end, whatever the verdicts; with --strict 3 unless every claim holds,
  2 a bad option, 130 stopped by Ctrl-C, 143 by SIGTERM: the same command goes on, 1 anything unexpected
`;
