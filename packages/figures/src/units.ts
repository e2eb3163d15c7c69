import type { RecordLine } from '@softmoe/lab';

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
