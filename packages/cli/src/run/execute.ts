import { warningWords } from '@softmoe/figures/words';
import {
  configWarnings,
  type Experiment,
  type ExperimentEvent,
  InterruptedError,
  runExperiment,
  summaryOf,
} from '@softmoe/lab';
import { isCertified, type RunFolder, shellWord } from '@softmoe/runs';
import type { GitState } from '@softmoe/tasks';
import { InvalidArgumentError, Option } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { endedByError, listenForStop } from '../stop-signals.ts';
import type { Streams } from '../streams.ts';
import { fit } from '../table.ts';
import { createProgress } from './progress.ts';
import { introduction, story } from './story.ts';

export interface ExecuteOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Seconds between checkpoints, each at the first record after that time: what a crash loses. */
  readonly checkpointEvery?: number;
  /** What stands in the result that --json prints. */
  readonly git?: GitState | undefined;
}

const CHECKPOINT_EVERY = 2;

/** Options of the commands that run an experiment. */
export function executeOptions(): Option[] {
  return [
    new Option('--json', 'print result.json on stdout and nothing else'),
    new Option('--quiet', 'show no progress'),
    new Option(
      '--checkpoint-every <seconds>',
      `how much of a run kept with --out a crash may lose (default: ${CHECKPOINT_EVERY})`,
    ).argParser(parseSeconds),
  ];
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 0) return seconds;
  throw new InvalidArgumentError('Give a number of seconds, such as 0.5.');
}

/** Runs an experiment to its end, shows it, keeps it in `folder` if there is one, and tells the exit code. */
export async function execute(
  experiment: Experiment,
  folder: RunFolder | undefined,
  { json, quiet, checkpointEvery = CHECKPOINT_EVERY, git }: ExecuteOptions,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  const { config } = experiment;
  const warnings = configWarnings(config);
  for (const warning of warnings) stderr.write(`warning: ${warningWords(warning)}\n`);
  if (!json) stdout.write(`${fit(introduction({ config }))}\n\n`);

  const stop = listenForStop();
  const progress = quiet ? undefined : createProgress(config, stderr);
  let checkpointed = performance.now();
  const keep = async (event: ExperimentEvent) => {
    if (!folder) return;
    await folder.add(event);
    if (event.phase === 'done' || performance.now() - checkpointed < 1000 * checkpointEvery) {
      return;
    }
    await folder.checkpoint(experiment.snapshot());
    checkpointed = performance.now();
  };
  try {
    const result = await runExperiment(experiment, {
      signal: stop.signal,
      onWork: (work) => progress?.work(work),
      onRecord: async (event) => {
        progress?.show(event);
        await keep(event);
      },
    });
    progress?.stop();
    stdout.write(
      json
        ? `${JSON.stringify({ ...summaryOf(result), ...(git && { git }) }, null, 2)}\n`
        : `${fit(story(result))}\n`,
    );
    if (folder) stderr.write(`kept in ${folder.path}\n`);
    for (const warning of result.warnings.slice(warnings.length)) {
      stderr.write(`warning: ${warningWords(warning)}\n`);
    }
    return isCertified(result) ? exitCodes.recovered : exitCodes.notRecovered;
  } catch (error) {
    progress?.stop();
    if (!(error instanceof InterruptedError)) return endedByError(error, stderr);
    try {
      await folder?.checkpoint(error.snapshot);
    } catch (unkept) {
      return endedByError(unkept, stderr);
    }
    const remedy = folder
      ? `go on with: softmoe resume ${shellWord(folder.path)}`
      : 'use --out to keep what is done and go on later';
    stderr.write(`stopped in the phase '${error.snapshot.phase}'; ${remedy}\n`);
    return stop.exitCode;
  } finally {
    stop.release();
  }
}
