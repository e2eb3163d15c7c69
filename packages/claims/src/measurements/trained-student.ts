import { type ConfigInput, createExperiment, parseConfig } from '@softmoe/lab';
import type { MoE } from '@softmoe/model';
import type { Pruned } from '@softmoe/prune';
import { thisMachine } from '@softmoe/runs';

/** A student when learning ended and after pruning, with its teacher, all in the span coordinates of training. */
export interface TrainedStudent {
  readonly teacher: MoE;
  readonly trained: MoE;
  readonly pruned: Pruned;
}

/** Learns and prunes by the exact engine. Throws `SizeError` for what this machine cannot hold, and what experiments throw. */
export async function trainStudent(
  input: ConfigInput,
  signal: AbortSignal,
): Promise<TrainedStudent> {
  const config = parseConfig({ ...parseConfig(input), engine: 'exact' });
  const experiment = createExperiment(config, { machine: thisMachine() });
  let last: { teacher: MoE; trained: MoE } | undefined;
  for (;;) {
    const event = await experiment.next(signal);
    if (event?.phase === 'train') {
      last = { teacher: event.teacher, trained: event.record.state.model };
    }
    if (event?.phase === 'prune') return { ...last!, pruned: event.pruned };
  }
}
