/** The criteria of all claims as they stood from one date on, and the seeds that had been looked at by then. */
export interface CriteriaVersion {
  readonly version: number;
  /** Year, month and day on which they were set. */
  readonly date: string;
  /** Seeds below this one had been looked at, in pilot runs or earlier reproductions, when they were set. */
  readonly seenBelow: number;
  /** What had been looked at, in words. */
  readonly seen: string;
}

/**
 * All versions, the newest last. A change of a criterion, of a seed count or of what is measured is a new version: a test
 * holds the newest to a digest of them.
 */
export const criteriaVersions = [
  {
    version: 1,
    date: '2026-11-25',
    seenBelow: 150,
    seen: 'pilot runs, some of them with seeds that the full run used, too',
  },
  {
    version: 2,
    date: '2026-11-28',
    seenBelow: 150,
    seen: 'the full reproduction of version 1, and pilot runs of the claims that are new or set right',
  },
] as const satisfies readonly CriteriaVersion[];

/** The criteria that the code has. */
export const criteriaNow: CriteriaVersion = criteriaVersions[criteriaVersions.length - 1]!;

/** Whether the seeds from `first` to `last` had been looked at before the criteria were set, in a sentence. */
export function seenSentence(first: number, last: number): string {
  const { version, date, seenBelow, seen } = criteriaNow;
  const set = `Criteria of version ${version}, set on ${date} after ${seen}`;
  const used = `seeds ${first} to ${last}, on which this reproduction rests,`;
  if (first >= seenBelow) {
    return `${set}, all with seeds below ${seenBelow}: ${used} had not been looked at.`;
  }
  return (
    `${set}, with seeds below ${seenBelow}: of ${used} those up to ${Math.min(last, seenBelow - 1)} had been looked at, so ` +
    'that it is no test on data that nobody had seen. For fresh seeds: softmoe reproduce --seed-offset 10000.'
  );
}
