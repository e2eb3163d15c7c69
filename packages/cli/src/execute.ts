import {
  configWarnings,
  type Experiment,
  type ExperimentEvent,
  InterruptedError,
  runExperiment,
  summaryOf,
} from '@softmoe/lab';
import type { RunFolder } from '@softmoe/lab/node';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { createProgress } from './progress.ts';
import { introduction, story } from './story.ts';
import type { Streams } from './streams.ts';

export interface ExecuteOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Milliseconds between checkpoints: what a crash loses at most. */
const CHECKPOINT_EVERY = 2000;

/** Runs an experiment to its end, shows it, keeps it in `folder` if there is one, and tells the exit code. */
export async function execute(
  experiment: Experiment,
  folder: RunFolder | undefined,
  { json, quiet }: ExecuteOptions,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  const { config } = experiment;
  for (const warning of configWarnings(config)) stderr.write(`warning: ${warning}\n`);
  if (!json) stdout.write(`${introduction({ config })}\n\n`);

  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const progress = quiet ? undefined : createProgress(config, stderr);
  let checkpointed = performance.now();
  const keep = async (event: ExperimentEvent) => {
    if (!folder) return;
    await folder.add(event);
    if (event.phase === 'done' || performance.now() - checkpointed < CHECKPOINT_EVERY) return;
    await folder.checkpoint(experiment.snapshot());
    checkpointed = performance.now();
  };
  try {
    const result = await runExperiment(experiment, {
      signal: interrupt.signal,
      onRecord: async (event) => {
        progress?.show(event);
        await keep(event);
      },
    });
    progress?.stop();
    stdout.write(json ? `${JSON.stringify(summaryOf(result), null, 2)}\n` : `${story(result)}\n`);
    if (folder) stderr.write(`kept in ${folder.path}\n`);
    const { recovered, teachers, certificate } = result;
    const complete = recovered === teachers && certificate.verdict === 'certified';
    return complete ? exitCodes.recovered : exitCodes.notRecovered;
  } catch (error) {
    progress?.stop();
    if (!(error instanceof InterruptedError)) throw error;
    await folder?.checkpoint(error.snapshot);
    const remedy = folder
      ? `go on with: softmoe resume ${folder.path}`
      : 'use --out to keep what is done and go on later';
    stderr.write(`stopped in the phase '${error.snapshot.phase}'; ${remedy}\n`);
    return exitCodes.interrupted;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await folder?.close();
  }
}
