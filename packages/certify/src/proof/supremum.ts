import { type Interval, interval, magnitude, up } from './interval.ts';

/** Branch and bound stops where the bound exceeds a value that is taken by less than this share. */
const GAP = 1e-4;
const PIECES = 1 << 18;

/**
 * A bound on sup |f| over [low, high], within 0.01 % of it, from an extension of f to intervals: the piece with the largest
 * bound is halved until its bound is hardly above a value of |f| that is attained. Infinity where that takes too many pieces.
 */
export function supremum(f: (x: Interval) => Interval, low: number, high: number): number {
  let pieces: readonly Interval[] = [interval(low, high)];
  let attained = 0;
  for (let count = 0; pieces.length > 0; count += pieces.length) {
    if (count > PIECES) return Infinity;
    for (const { lo, hi } of pieces) {
      const value = f(interval(lo + (hi - lo) / 2));
      attained = Math.max(attained, value.lo, -value.hi);
    }
    pieces = pieces
      .filter((piece) => !(magnitude(f(piece)) <= attained * (1 + GAP)))
      .flatMap(({ lo, hi }) => {
        const middle = lo + (hi - lo) / 2;
        return [interval(lo, middle), interval(middle, hi)];
      });
  }
  return up(attained * (1 + GAP));
}
