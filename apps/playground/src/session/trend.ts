import type { SweepPoint } from '../protocol.ts';

export interface Trend {
  readonly inputDim: number;
  /** Median flow times to alignment ½ over seeds and teacher experts. */
  readonly expert: number | undefined;
  readonly router: number | undefined;
}

/** The medians of a sweep, by dimension. */
export function trends(points: readonly SweepPoint[]): Trend[] {
  const dimensions = [...new Set(points.map(({ inputDim }) => inputDim))].sort((a, b) => a - b);
  return dimensions.map((inputDim) => {
    const pairs = points
      .filter((point) => point.inputDim === inputDim)
      .flatMap(({ pairs }) => pairs);
    return {
      inputDim,
      expert: median(pairs.map(({ expert }) => expert)),
      router: median(pairs.map(({ router }) => router)),
    };
  });
}

/** A line through times over √d. */
export interface RootFit {
  readonly slope: number;
  readonly offset: number;
  /** Of the variance of the times that the line explains. */
  readonly share: number;
}

/** Least squares of t = slope·√d + offset; undefined below three dimensions. */
export function rootFit(list: readonly Trend[], kind: 'expert' | 'router'): RootFit | undefined {
  const known = list.flatMap((trend) => {
    const time = trend[kind];
    return time === undefined ? [] : [{ x: Math.sqrt(trend.inputDim), y: time }];
  });
  if (known.length < 3) return undefined;
  const mean = (of: (point: { x: number; y: number }) => number) =>
    known.reduce((sum, point) => sum + of(point), 0) / known.length;
  const x = mean((point) => point.x);
  const y = mean((point) => point.y);
  const covariance = mean((point) => (point.x - x) * (point.y - y));
  const slope = covariance / mean((point) => (point.x - x) ** 2);
  const share = (slope * covariance) / mean((point) => (point.y - y) ** 2);
  return { slope, offset: y - slope * x, share };
}

/** Times that never came count as later than all others. */
function median(times: readonly (number | null)[]): number | undefined {
  const sorted = times.map((time) => time ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.POSITIVE_INFINITY;
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.POSITIVE_INFINITY;
  const middle = (low + high) / 2;
  return Number.isFinite(middle) ? middle : undefined;
}
