import type { StatelessRecord } from '@softmoe/train';

/** How one student of many came to be the match of a teacher expert. */
export interface Trace {
  /** The student that is matched now; −1 if none is. */
  readonly student: number;
  /** Its overlaps with the teacher expert and router at every record, null where there is no student. */
  readonly expert: readonly (number | null)[];
  readonly router: readonly (number | null)[];
  /** Indices of the records at which the match passed on to another student. */
  readonly handovers: readonly number[];
}

/**
 * For every teacher expert the whole history of the student that is matched to it at the last record, with the signs of
 * that match. The matching is the best one at each moment, so the curve of the matched student of each moment jumps
 * whenever another one takes over; the history of one student doesn't, and ends at the same value.
 */
export function traces(records: readonly StatelessRecord[]): Trace[] {
  const { alignment, overlaps } = records.at(-1) ?? {};
  if (!alignment || !overlaps) return [];
  const k = alignment.student.length;
  return alignment.student.map((student, j) => {
    const history = (kind: 'expert' | 'router') => {
      if (student < 0) return records.map(() => null);
      const at = student * k + j;
      const sign = alignment[kind][j]! * overlaps[kind].data[at]! < 0 ? -1 : 1;
      return records.map((record) => sign * (record.overlaps?.[kind].data[at] ?? 0));
    };
    const handovers = records.flatMap((record, n) => {
      const before = records[n - 1]?.alignment?.student[j];
      return before === undefined || before === record.alignment?.student[j] ? [] : [n];
    });
    return { student, expert: history('expert'), router: history('router'), handovers };
  });
}
