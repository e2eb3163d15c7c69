import type { Watch } from '@softmoe/model';
import { PhaseError } from './errors.ts';
import {
  createExperiment,
  type Experiment,
  type ExperimentOptions,
  restoreExperiment,
} from './experiment.ts';
import type { CodeConfig } from './own-parts.ts';
import type { ExperimentEvent } from './phases.ts';
import type { ExperimentResult } from './result.ts';
import type { Snapshot } from './snapshot.ts';

/** What runs of a whole experiment may be given: options of the experiment, listeners and a signal. */
export interface PipelineOptions extends ExperimentOptions, Pick<Watch, 'onWork'> {
  /** Called with every event, in order; the next one waits for it. */
  readonly onRecord?: (event: ExperimentEvent) => void | Promise<void>;
  /** Once aborted, the pipeline stops within a second with an `InterruptedError`. */
  readonly signal?: AbortSignal;
}

/**
 * Runs an experiment to its end: learn, prune, fine-tune. Throws `ConfigError` for a bad config and
 * `InterruptedError`, which carries the snapshot to go on from with {@link resumePipeline}.
 */
export async function runPipeline(
  config: CodeConfig,
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
  { onRecord, onWork, signal }: Omit<PipelineOptions, 'backend'> = {},
): Promise<ExperimentResult> {
  for (;;) {
    const event = await experiment.next(signal, onWork);
    if (!event) throw finished();
    await onRecord?.(event);
    if (event.phase === 'done') return event.result;
  }
}

function finished(): PhaseError {
  return new PhaseError('has been returned already', {
    field: 'result',
    value: 'done',
    remedy: 'Use the result of its last event, or run its config again.',
  });
}
