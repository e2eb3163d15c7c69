import {
  type RunOptions,
  run,
  type Stepper,
  type TrainRecord,
  type TrainState,
} from '@softmoe/train';
import { type Progress, snapshotOf } from './progress.ts';
import { InterruptedError } from './snapshot.ts';

/**
 * The records of a run, keeping its last state and its time; an abort becomes an {@link InterruptedError}. What `beside` does for a
 * record comes before the record counts: stopped there, the run comes to it again.
 */
export async function* follow(
  progress: Progress,
  during: keyof Progress['timing'],
  keep: (state: TrainState) => void,
  stepper: Stepper,
  options: RunOptions,
  beside?: (record: TrainRecord) => Promise<void>,
): AsyncGenerator<TrainRecord, void, void> {
  const records = run(stepper, options);
  for (;;) {
    const { value, done } = await timed(progress, during, async () => {
      const next = await records.next();
      if (!next.done) await beside?.(next.value);
      return next;
    });
    keep(value.state);
    if (!done) yield value;
    else if (value.reason === 'aborted') throw new InterruptedError(snapshotOf(progress));
    else return;
  }
}

/** What `work` gives; an {@link InterruptedError} where it threw the reason of the signal that stopped it. */
export async function interruptible<T>(
  progress: Progress,
  { signal }: { readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted && error === signal.reason) throw new InterruptedError(snapshotOf(progress));
    throw error;
  }
}

/** What `work` gives, its seconds added to those of a phase. */
export async function timed<T>(
  { timing }: Progress,
  during: keyof Progress['timing'],
  work: () => Promise<T>,
): Promise<T> {
  const since = performance.now();
  const result = await work();
  timing[during] += (performance.now() - since) / 1000;
  return result;
}
