import { crossing } from './statistics/crossing.ts';
import type { Interval } from './statistics/interval.ts';

/** A group of variations that lie on one axis, and which way it gets harder. */
export interface Axis {
  readonly group: string;
  /** What is varied, as a symbol or a name. */
  readonly name: string;
  /** Whether larger values are harder than the base, or smaller ones. */
  readonly harder: 'larger' | 'smaller';
  /** The value, counted from the easy end, up to which recovery is claimed. */
  readonly claimed: number;
}

/** The axes along which the assumptions of the paper are left. */
export const axes: readonly Axis[] = [
  { group: 'Correlated teacher', name: 'overlap', harder: 'larger', claimed: 0.6 },
  { group: 'Random-unit teacher', name: 'd', harder: 'smaller', claimed: 16 },
  { group: 'Teacher amplitudes', name: 'ratio', harder: 'larger', claimed: 4 },
  { group: 'Label noise', name: 'σ', harder: 'larger', claimed: 3 },
  { group: 'Competing gates', name: 'm', harder: 'smaller', claimed: 15 },
];

/** Of one value on an axis, how many runs recovered, with the interval of their share. */
export interface AxisPoint {
  readonly at: number;
  readonly recovered: number;
  readonly runs: number;
  readonly share: Interval;
}

/** The points in order, the easy end first. */
export function fromEasy<Point extends Pick<AxisPoint, 'at'>>(
  { harder }: Axis,
  points: readonly Point[],
): Point[] {
  const sign = harder === 'larger' ? 1 : -1;
  return [...points].sort((a, b) => sign * (a.at - b.at));
}

/**
 * Where the share of runs that recover passes `level`, and between which values of the axis: from the last one up to which all
 * shares are at least `level` beyond doubt, to the first one whose share is below it beyond doubt. Infinite, and of the sign of the
 * hard end, where the axis was not followed so far.
 */
export function boundaryOf(axis: Axis, points: readonly AxisPoint[], level: number): Interval {
  const easyFirst = fromEasy(axis, points);
  const sign = axis.harder === 'larger' ? 1 : -1;
  const doubtful = easyFirst.findIndex(({ share }) => share.low < level);
  const sure = doubtful < 0 ? easyFirst : easyFirst.slice(0, doubtful);
  const last = sure.at(-1)?.at ?? -sign * Number.POSITIVE_INFINITY;
  const broken =
    easyFirst.find(({ share }) => share.high < level)?.at ?? sign * Number.POSITIVE_INFINITY;
  const rising = easyFirst
    .toReversed()
    .map(({ at, recovered, runs }) => ({ x: -sign * at, successes: recovered, trials: runs }));
  const [hardest] = rising;
  const passed = crossing(rising, level);
  const value = passed === hardest?.x ? sign * Number.POSITIVE_INFINITY : -sign * passed;
  const [low, high] = sign > 0 ? [last, broken] : [broken, last];
  return { value, low, high };
}
