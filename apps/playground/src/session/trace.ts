import { type Trace, traces } from '@softmoe/figures';
import type { StatelessRecord } from '@softmoe/train';

/** The traces of a run's records so far. */
export function tracesOf(records: readonly StatelessRecord[]): Trace[] {
  return traces(records, ({ overlaps, alignment }, kind, i, j) => {
    const k = alignment?.student.length ?? 0;
    return overlaps?.[kind].data[i * k + j] ?? 0;
  });
}
