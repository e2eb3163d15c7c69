/** t = scale·d^power + offset. */
export interface PowerLaw {
  readonly scale: number;
  readonly power: number;
  readonly offset: number;
}

/** Powers among which the best is sought, and the spacing of the first search. */
const POWERS = { from: 0.02, to: 1.5, step: 0.02 };
const TOLERANCE = 1e-6;

/**
 * The least-squares fit of docs/theory.md (24), t = A·d^p + B, with residuals relative to t, since times spread in
 * proportion to their size. For each p the best A and B solve a linear problem; p is the minimum of what is left, by a
 * search over [0.02, 1.5] and golden sections, so that no starting value has a say. Needs three or more points.
 */
export function fitPowerLaw(points: readonly (readonly [d: number, t: number])[]): PowerLaw {
  let best = POWERS.from;
  for (let p = POWERS.from; p <= POWERS.to; p += POWERS.step) {
    if (linearPart(points, p).residual < linearPart(points, best).residual) best = p;
  }
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [best - POWERS.step, best + POWERS.step];
  while (high - low > TOLERANCE) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (linearPart(points, left).residual < linearPart(points, right).residual) high = right;
    else low = left;
  }
  const power = (low + high) / 2;
  const { scale, offset } = linearPart(points, power);
  return { scale, power, offset };
}

function linearPart(points: readonly (readonly [number, number])[], power: number) {
  const sums = { w: 0, x: 0, t: 0, xx: 0, xt: 0 };
  for (const [d, t] of points) {
    const w = 1 / t ** 2;
    const x = d ** power;
    sums.w += w;
    sums.x += w * x;
    sums.t += w * t;
    sums.xx += w * x * x;
    sums.xt += w * x * t;
  }
  const scale = (sums.w * sums.xt - sums.x * sums.t) / (sums.w * sums.xx - sums.x ** 2);
  const offset = (sums.t - scale * sums.x) / sums.w;
  const residual = points.reduce(
    (sum, [d, t]) => sum + ((t - scale * d ** power - offset) / t) ** 2,
    0,
  );
  return { scale, offset, residual };
}
