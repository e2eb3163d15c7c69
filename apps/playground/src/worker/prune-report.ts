import type { Config, ExperimentEvent } from '@softmoe/lab';
import type { PruneReport } from '../protocol.ts';

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
