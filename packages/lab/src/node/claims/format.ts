import type { ClaimNumber, ClaimTable } from './finding.ts';
import type { Interval } from './statistics/interval.ts';

/** Three significant digits, without a tail of zeros; `1.2e-7` where that is shorter. */
export function short(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? '–' : x > 0 ? '∞' : '−∞';
  if (x !== 0 && Math.abs(x) < 1e-3) return x.toExponential(1).replace('-', '−');
  return `${Number(x.toPrecision(3))}`.replace('-', '−');
}

/** `0.95 [0.9, 0.99]`, or the value alone where there is no interval. */
export function withInterval({ value, low, high }: Interval): string {
  return low === value && high === value
    ? short(value)
    : `${short(value)} [${short(low)}, ${short(high)}]`;
}

/** The numbers of a finding as a table. */
export function numbersTable(numbers: readonly ClaimNumber[]): ClaimTable {
  return {
    kind: 'table',
    caption: 'Values with 95 % intervals over seeds.',
    columns: ['number', 'value', 'low', 'high', 'note'],
    rows: numbers.map(({ label, value, low, high, note = '' }) => [
      label,
      short(value),
      short(low),
      short(high),
      note,
    ]),
  };
}
