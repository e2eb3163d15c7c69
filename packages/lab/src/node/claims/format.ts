import { readable } from '../../figures/format.ts';
import type { ClaimNumber, ClaimTable } from './finding.ts';
import type { Interval } from './statistics/interval.ts';

const DIGITS = 3;

/** `0.95 [0.9, 0.99]`, or the value alone where there is no interval. */
export function withInterval({ value, low, high }: Interval): string {
  const text = readable(value, DIGITS);
  if (low === value && high === value) return text;
  return `${text} [${readable(low, DIGITS)}, ${readable(high, DIGITS)}]`;
}

/** The numbers of a finding as a table. */
export function numbersTable(numbers: readonly ClaimNumber[]): ClaimTable {
  return {
    kind: 'table',
    caption: 'Values with 95 % intervals over seeds.',
    columns: ['number', 'value', 'low', 'high', 'note'],
    rows: numbers.map(({ label, value, low, high, note = '' }) => [
      label,
      readable(value, DIGITS),
      readable(low, DIGITS),
      readable(high, DIGITS),
      note,
    ]),
  };
}
