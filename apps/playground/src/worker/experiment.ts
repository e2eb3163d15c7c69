import type { Backend } from '@softmoe/backend';
import {
  type Config,
  createExperiment,
  type ExperimentEvent,
  restoreExperiment,
} from '@softmoe/lab';
import type { Frame, PruneReport, Source } from '../protocol.ts';
import { readSource } from './source.ts';
import { thisPage } from './this-page.ts';

/** The experiment that a source describes, whether its student came from a file, and what was done to that. */
export function experimentOf(source: Source, backend: Backend) {
  const options = { backend, machine: thisPage() };
  if (source.kind === 'snapshot') {
    const imported = source.snapshot.student !== undefined;
    return { experiment: restoreExperiment(source.snapshot, options), imported, read: [] };
  }
  const { config, student, warnings: read = [] } = readSource(source);
  const experiment = createExperiment(config, { ...options, ...(student ? { student } : {}) });
  return { experiment, imported: student !== undefined, read };
}

/** A record without its state, for the page. */
export function frameOf(event: Extract<ExperimentEvent, { record: unknown }>): Frame {
  const { state: _, ...record } = event.record;
  const stage = event.phase === 'finetune' ? { stage: event.stage } : {};
  return { phase: event.phase, ...stage, record };
}

/** What the page shows of a pruning: models stay here. */
export function reportOfPruning(
  { pruned }: Extract<ExperimentEvent, { phase: 'prune' }>,
  config: Config,
): PruneReport {
  const { kept, merged, curve, lossBefore, lossAfter } = pruned;
  return {
    kept,
    merged,
    curve: curve.map(({ size, loss }) => ({ size, loss })),
    lossBefore,
    lossAfter,
    time: config.train.time,
  };
}
