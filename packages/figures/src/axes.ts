import type { RecordLine } from '@softmoe/lab';
import { powerOfTen } from './format.ts';

/** float64 has nothing to say about a loss below this; one of a few rounding errors may even be negative. */
const FLOOR = 1e-17;

/** Between these a predicted loss is drawn. */
export const DRAWN: { readonly least: number; readonly most: number } = { least: FLOOR, most: 1 };

/** What a loss is drawn at on a logarithmic scale. */
export function drawable(loss: number): number {
  return Math.max(Math.abs(loss), FLOOR);
}

/** A logarithmic scale, as Observable Plot takes it. */
export interface LogScale {
  readonly type: 'log';
  readonly domain: [number, number];
  readonly ticks: number[];
  readonly tickFormat: (value: number) => string;
  readonly grid: true;
  readonly label: string;
}

/** A logarithmic scale over the decades of `values`, at most about seven of them labelled. */
export function decades(values: readonly number[], label: string): LogScale {
  const powers = values.filter((value) => value > 0).map(Math.log10);
  const low = Math.floor(Math.min(...powers, 0) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.max(...powers, low) - 1e-9));
  const every = Math.ceil((high - low) / 7);
  const ticks: number[] = [];
  for (let power = high; power >= low; power -= every) ticks.push(10 ** power);
  return {
    type: 'log',
    domain: [10 ** low, 10 ** high],
    ticks,
    tickFormat: (value: number) => powerOfTen(Math.round(Math.log10(value))),
    grid: true,
    label,
  };
}

/** Round numbers from 0 to `end`, about `count` of them. */
export function roundTicks(end: number, count: number): number[] {
  const rough = end / count;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5].find((factor) => factor * unit >= rough) ?? 10);
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => i * step);
}

/** For labels at `positions` along an axis: lanes, from 0, such that two in the same lane are at least `gap` apart. */
export function lanesOf(positions: readonly number[], gap: number): number[] {
  const lanes: number[] = new Array(positions.length).fill(0);
  const ends: number[] = [];
  const inOrder = [...positions.entries()].sort(([, a], [, b]) => a - b);
  for (const [i, position] of inOrder) {
    const free = ends.findIndex((end) => position - end >= gap);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = position;
    lanes[i] = lane;
  }
  return lanes;
}

/** An overlap from which on a unit counts as leaning to a teacher expert. */
const LEANS = 0.35;

/** The teacher expert that each unit of the student is closest to, from 0; undefined where it is close to none. */
export function leanings({ amplitude, overlaps }: RecordLine): (number | undefined)[] {
  return amplitude.map((_, i) => {
    const row = (overlaps?.expert[i] ?? []).map(Math.abs);
    const strongest = row.indexOf(Math.max(...row));
    return (row[strongest] ?? 0) >= LEANS ? strongest : undefined;
  });
}

/** Numbers of units for an axis: all of them if there are few, else the first and every fifth or so. */
export function unitTicks(units: number): number[] {
  const every = units <= 12 ? 1 : 5 * Math.ceil(units / 50);
  const numbers = Array.from({ length: units }, (_, i) => i + 1);
  return numbers.filter((unit) => unit === 1 || unit % every === 0);
}
