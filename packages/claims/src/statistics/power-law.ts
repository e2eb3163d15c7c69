/** t = scale·d^power + offset. */
export interface PowerLaw {
  readonly scale: number;
  readonly power: number;
  readonly offset: number;
}

/** As many as the law has parameters. */
export const LEAST_POINTS = 3;

/** Powers among which the best is sought, and the spacing of the first search. */
const POWERS = { from: 0.02, to: 1.5, step: 0.04 };
const TOLERANCE = 1e-5;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

type Points = readonly (readonly [d: number, t: number])[];

/**
 * The least-squares fit of docs/theory.md (24), t = A·d^p + B, with residuals relative to t, since times spread in
 * proportion to their size. For each p the best A and B solve a linear problem; p is the minimum of what is left, by a
 * search over [0.02, 1.5] and golden sections, so that no starting value has a say. All NaN with fewer than three points.
 */
export function fitPowerLaw(points: Points): PowerLaw {
  if (points.length < LEAST_POINTS)
    return { scale: Number.NaN, power: Number.NaN, offset: Number.NaN };
  const residual = (power: number) => linearPart(points, power).residual;
  let best = { power: POWERS.from, residual: residual(POWERS.from) };
  for (let power = POWERS.from; power <= POWERS.to; power += POWERS.step) {
    const here = residual(power);
    if (here < best.residual) best = { power, residual: here };
  }
  const power = minimum(residual, best.power - POWERS.step, best.power + POWERS.step);
  const { scale, offset } = linearPart(points, power);
  return { scale, power, offset };
}

function linearPart(points: Points, power: number) {
  const reference = points[0]![0];
  const sums = { w: 0, x: 0, t: 0, xx: 0, xt: 0, tt: 0 };
  for (const [d, t] of points) {
    const w = 1 / t ** 2;
    const x = (d / reference) ** power;
    sums.w += w;
    sums.x += w * x;
    sums.t += w * t;
    sums.xx += w * x * x;
    sums.xt += w * x * t;
    sums.tt += w * t * t;
  }
  const slope = (sums.w * sums.xt - sums.x * sums.t) / (sums.w * sums.xx - sums.x ** 2);
  const offset = (sums.t - slope * sums.x) / sums.w;
  const residual = sums.tt - slope * sums.xt - offset * sums.t;
  return { scale: slope / reference ** power, offset, residual };
}

/** Golden sections, for a function with one minimum in [low, high]. */
function minimum(f: (x: number) => number, low: number, high: number): number {
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let [atLeft, atRight] = [f(left), f(right)];
  while (high - low > TOLERANCE) {
    if (atLeft < atRight) {
      high = right;
      [right, atRight] = [left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = f(left);
    } else {
      low = left;
      [left, atLeft] = [right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = f(right);
    }
  }
  return (low + high) / 2;
}
