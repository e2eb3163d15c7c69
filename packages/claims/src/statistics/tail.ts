import { linearRegression } from 'simple-statistics';

/** How well a power law and an exponential describe the same tail, each with two parameters fitted to ln loss. */
export interface TailFit {
  /** q of loss ∝ t^(−q). */
  readonly power: number;
  /** λ of loss ∝ e^(−λt). */
  readonly rate: number;
  /** AIC of the exponential minus AIC of the power law, n·ln(RSS_e/RSS_p): positive where the power law fits better. */
  readonly preference: number;
  readonly points: number;
}

/** Fits both by least squares. Needs three or more points of positive time and loss; undefined with fewer. */
export function fitTail(
  points: readonly (readonly [time: number, loss: number])[],
): TailFit | undefined {
  if (points.length < 3) return undefined;
  const logs = points.map(([t, loss]): [number, number, number] => [
    t,
    Math.log(t),
    Math.log(loss),
  ]);
  const power = fit(logs.map(([, x, y]) => [x, y]));
  const exponential = fit(logs.map(([x, , y]) => [x, y]));
  return {
    power: -power.slope,
    rate: -exponential.slope,
    preference: points.length * Math.log(exponential.residual / power.residual),
    points: points.length,
  };
}

function fit(points: [number, number][]): { slope: number; residual: number } {
  const { m, b } = linearRegression(points);
  const residual = points.reduce((sum, [x, y]) => sum + (y - m * x - b) ** 2, 0);
  return { slope: m, residual: Math.max(residual, Number.MIN_VALUE) };
}
