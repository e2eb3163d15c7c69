import type { Alignment } from '@softmoe/lab';

type Kind = 'expert' | 'router';

/** How one student unit of many came to be the match of a teacher expert. */
export interface Trace {
  /** The unit that is matched now; −1 if none is. */
  readonly student: number;
  /** Its overlaps with the teacher expert and router at every record, null where there is no unit. */
  readonly expert: readonly (number | null)[];
  readonly router: readonly (number | null)[];
  /** Indices of the records at which the match passed on to another unit. */
  readonly handovers: readonly number[];
}

/**
 * For every teacher expert the whole history of the unit that is matched to it at the last record, with the signs of that
 * match; `overlapAt` reads the overlap of unit i with teacher expert j. The matching is the best one at each moment, so the
 * curve of each moment's matched unit jumps whenever another one takes over; the history of one unit doesn't, and ends at
 * the same value. Empty without alignments.
 */
export function traces<R extends { readonly alignment?: Alignment }>(
  records: readonly R[],
  overlapAt: (record: R, kind: Kind, i: number, j: number) => number,
): Trace[] {
  const last = records.at(-1);
  const { alignment } = last ?? {};
  if (!last || !alignment) return [];
  return alignment.student.map((student, j) => {
    const history = (kind: Kind) => {
      if (student < 0) return records.map(() => null);
      const sign = alignment[kind][j]! * overlapAt(last, kind, student, j) < 0 ? -1 : 1;
      return records.map((record) => sign * overlapAt(record, kind, student, j));
    };
    const handovers = records.flatMap((record, n) => {
      const before = records[n - 1]?.alignment?.student[j];
      return before === undefined || before === record.alignment?.student[j] ? [] : [n];
    });
    return { student, expert: history('expert'), router: history('router'), handovers };
  });
}
