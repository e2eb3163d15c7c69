import type { ConfigInput } from './config.ts';
import { InterruptedError } from './errors.ts';
import {
  createExperiment,
  type Experiment,
  type ExperimentEvent,
  type ExperimentOptions,
  restoreExperiment,
  type Snapshot,
} from './experiment.ts';
import type { ExperimentResult } from './result.ts';

export interface PipelineOptions extends ExperimentOptions {
  /** Called with every event, in order; the next one waits for it. */
  readonly onRecord?: (event: ExperimentEvent) => void | Promise<void>;
  /** Once aborted, the pipeline stops after the event under way with an {@link InterruptedError}. */
  readonly signal?: AbortSignal;
}

/**
 * Runs an experiment to its end: learn, prune, fine-tune. Throws `ConfigError` for a bad config and
 * {@link InterruptedError}, which carries the snapshot to go on from with {@link resumePipeline}.
 */
export async function runPipeline(
  config: ConfigInput,
  options: PipelineOptions = {},
): Promise<ExperimentResult> {
  return runExperiment(createExperiment(config, options), options);
}

/** Goes on from a snapshot to the same result, bit for bit, as if there had been no interruption. */
export async function resumePipeline(
  snapshot: Snapshot,
  options: PipelineOptions = {},
): Promise<ExperimentResult> {
  return runExperiment(restoreExperiment(snapshot, options), options);
}

/** Advances an experiment until it is done. */
export async function runExperiment(
  experiment: Experiment,
  { onRecord, signal }: Omit<PipelineOptions, 'backend'> = {},
): Promise<ExperimentResult> {
  for (;;) {
    if (signal?.aborted) throw new InterruptedError(experiment.snapshot());
    const event = await experiment.next();
    if (!event) throw new Error('an experiment ends with a result');
    await onRecord?.(event);
    if (event.phase === 'done') return event.result;
  }
}
