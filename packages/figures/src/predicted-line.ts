import type { TuneRecord } from '@softmoe/lab';
import { drawable } from './axes.ts';

/** Losses between which convergence is linear and rounding has no say. */
const WINDOW = { from: 1e-8, to: 1e-14 };

/**
 * What the loss of fine-tuning would be if every step multiplied it by `factor`, through the first point of the run that
 * is well inside its linear phase; nothing without a factor or such a point.
 */
export function predictedLine(
  exact: readonly TuneRecord[],
  factor: number | null | undefined,
): { total: number; loss: number }[] {
  const anchor = exact.find(({ loss }) => loss < WINDOW.from && loss > WINDOW.to);
  if (!anchor || !factor) return [];
  return exact
    .map(({ total }) => ({ total, loss: anchor.loss * factor ** (total - anchor.total) }))
    .filter(({ loss }) => loss < 1 && drawable(loss) === loss);
}
