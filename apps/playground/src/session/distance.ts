import { type Trace, traces } from '@softmoe/figures';
import type { StatelessRecord } from '@softmoe/train';

/** The largest difference between the alignment curves of two runs, over their common time; undefined without one. */
export function curveDistance(
  records: readonly StatelessRecord[],
  reference: readonly StatelessRecord[],
): number | undefined {
  const mine = tracesOf(records);
  const theirs = tracesOf(reference);
  let largest: number | undefined;
  let i = 0;
  records.forEach(({ time }, n) => {
    while (i + 1 < reference.length && reference[i + 1]!.time < time) i++;
    const before = reference[i];
    const after = reference[i + 1];
    if (!before || !after || time < before.time) return;
    const share = (time - before.time) / (after.time - before.time);
    mine.forEach((trace, j) => {
      for (const kind of ['expert', 'router'] as const) {
        const value = trace[kind][n];
        const from = theirs[j]?.[kind][i];
        const to = theirs[j]?.[kind][i + 1];
        if (typeof value !== 'number' || typeof from !== 'number' || typeof to !== 'number') return;
        largest = Math.max(largest ?? 0, Math.abs(value - from - share * (to - from)));
      }
    });
  });
  return largest;
}

/** The traces of a run's records so far. */
export function tracesOf(records: readonly StatelessRecord[]): Trace[] {
  return traces(records, ({ overlaps, alignment }, kind, i, j) => {
    const k = alignment?.student.length ?? 0;
    return overlaps?.[kind].data[i * k + j] ?? 0;
  });
}
