import { line } from '@observablehq/plot';
import { type FigureOptions, readable } from '@softmoe/figures';
import type { ClaimNumber, ClaimTable } from './finding.ts';
import type { Interval } from './statistics/interval.ts';

const DIGITS = 3;

/** A number to three figures; `∞` and `–` where there is none. */
export function show(x: number): string {
  if (Number.isNaN(x)) return '–';
  return Number.isFinite(x) ? readable(x, DIGITS) : `${x < 0 ? '−' : ''}∞`;
}

/** `+ 1.2` or `− 1.2`, to write after another term. */
export function addend(x: number): string {
  return `${x < 0 ? '−' : '+'} ${show(Math.abs(x))}`;
}

/** A number with its interval, `0.95 [0.9, 0.99]`, or alone where there is none. */
export function withInterval({ value, low, high }: Interval): string {
  const text = show(value);
  if (Object.is(low, value) && Object.is(high, value)) return text;
  return `${text} [${show(low)}, ${show(high)}]`;
}

/** The numbers of a finding as a table. */
export function numbersTable(numbers: readonly ClaimNumber[]): ClaimTable {
  return {
    kind: 'table',
    caption: 'Values with 95 % intervals over seeds.',
    columns: ['number', 'value', 'low', 'high', 'note'],
    rows: numbers.map(({ label, value, low, high, note = '' }) => [
      label,
      show(value),
      show(low),
      show(high),
      note,
    ]),
  };
}

/** A logarithmic axis of dimensions, with a tick at each that was measured. */
export function dimensionAxis(dims: readonly number[]): FigureOptions {
  return { type: 'log', base: 2, label: 'dimension d', ticks: dims, tickFormat: 'd' };
}

/** A dashed line on which both coordinates are equal, as far as `values` go. */
export function diagonal(values: readonly number[]): unknown {
  return line([Math.min(...values), Math.max(...values)], {
    x: (value: number) => value,
    y: (value: number) => value,
    strokeDasharray: '4 3',
  });
}
