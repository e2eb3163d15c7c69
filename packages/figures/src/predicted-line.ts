/** Losses between which convergence is linear and rounding has no say. */
const WINDOW = { from: 1e-8, to: 1e-14 };

/** A point of fine-tuning: its loss, and its step counted through all stages. */
interface TunedPoint {
  readonly total: number;
  readonly loss: number;
}

/**
 * What the loss of fine-tuning would be at each of `points` if every step multiplied it by `factor`, through the first point
 * that is well inside the linear phase; nothing without such a point or a factor below 1. Values of `most` and above, or
 * `least` and below, are left out.
 */
export function predictedLine(
  points: readonly TunedPoint[],
  factor: number | null | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): TunedPoint[] {
  const anchor = points.find(({ loss }) => loss < WINDOW.from && loss > WINDOW.to);
  if (!anchor || !factor || !(factor < 1)) return [];
  return points
    .map(({ total }) => ({ total, loss: anchor.loss * factor ** (total - anchor.total) }))
    .filter(({ loss }) => loss < most && loss > least);
}
