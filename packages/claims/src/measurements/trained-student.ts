import { type ConfigInput, createExperiment, parseConfig } from '@softmoe/lab';
import type { MoE } from '@softmoe/model';
import type { Pruned } from '@softmoe/prune';

/** A student when learning ended and after pruning, with its teacher, all in the span coordinates of training. */
export interface TrainedStudent {
  readonly teacher: MoE;
  readonly trained: MoE;
  readonly pruned: Pruned;
}

/** Learns and prunes by the exact engine. */
export async function trainStudent(
  input: ConfigInput,
  signal: AbortSignal,
): Promise<TrainedStudent> {
  const experiment = createExperiment({ ...parseConfig(input), engine: 'exact' });
  let last: { teacher: MoE; trained: MoE } | undefined;
  for (;;) {
    const event = await experiment.next(signal);
    if (event?.phase === 'train') {
      last = { teacher: event.teacher, trained: event.record.state.model };
    }
    if (event?.phase === 'prune') return { ...last!, pruned: event.pruned };
  }
}
