import type { Figure } from '@softmoe/figures';
import type { ReportBlock } from '@softmoe/report';
import type { Criterion, Verdict } from './findings-schema.ts';
import type { Interval } from './statistics/interval.ts';

export type { Criterion, Verdict };

/** A measured number; `low` and `high` are its 95 % interval over seeds, equal to `value` where there is none. */
export interface ClaimNumber extends Interval {
  readonly label: string;
  readonly note?: string;
}

/** A table of a finding, as a report shows it. */
export type ClaimTable = Extract<ReportBlock, { kind: 'table' }>;

/** What the records say about a claim. */
export interface Finding {
  /** What its criteria come to together: it holds if all do, and fails as soon as one does; without any it is undecided. */
  readonly verdict: Verdict;
  readonly criteria: readonly Criterion[];
  /** The key number first. */
  readonly numbers: readonly ClaimNumber[];
  readonly sentences: readonly string[];
  readonly figures: readonly Figure[];
  readonly tables: readonly ClaimTable[];
}

/** A claim holds if all its criteria do, and fails as soon as one does. Without any it is undecided. */
export function combined(criteria: readonly Pick<Criterion, 'verdict'>[]): Verdict {
  if (criteria.some(({ verdict }) => verdict === 'fails')) return 'fails';
  const all = criteria.length > 0 && criteria.every(({ verdict }) => verdict === 'holds');
  return all ? 'holds' : 'undecided';
}

/** `holds` if the whole interval is at least `threshold`, `fails` if all of it is below, else `undecided`. */
export function atLeast({ low, high }: Interval, threshold: number): Verdict {
  if (low >= threshold) return 'holds';
  return high < threshold ? 'fails' : 'undecided';
}

/** `holds` if the whole interval is at most `threshold`, `fails` if all of it is above, else `undecided`. */
export function atMost({ low, high }: Interval, threshold: number): Verdict {
  if (high <= threshold) return 'holds';
  return low > threshold ? 'fails' : 'undecided';
}

/** `holds` if the interval lies in [from, to], `fails` if the two have nothing in common, else `undecided`. */
export function within({ low, high }: Interval, from: number, to: number): Verdict {
  if (low >= from && high <= to) return 'holds';
  return high < from || low > to ? 'fails' : 'undecided';
}
