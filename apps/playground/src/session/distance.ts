import type { StatelessRecord } from '@softmoe/train';

/** The largest difference between the alignment curves of two runs, over their common time; undefined without one. */
export function curveDistance(
  records: readonly StatelessRecord[],
  reference: readonly StatelessRecord[],
): number | undefined {
  let largest: number | undefined;
  let i = 0;
  for (const record of records) {
    while (i + 1 < reference.length && reference[i + 1]!.time < record.time) i++;
    const before = reference[i];
    const after = reference[i + 1];
    if (!before || !after || record.time < before.time) continue;
    const share = (record.time - before.time) / (after.time - before.time);
    for (const kind of ['expert', 'router'] as const) {
      record.alignment?.[kind].forEach((value, j) => {
        const from = before.alignment?.[kind][j] ?? 0;
        const to = after.alignment?.[kind][j] ?? 0;
        largest = Math.max(largest ?? 0, Math.abs(value - from - share * (to - from)));
      });
    }
  }
  return largest;
}
