/** How many of the trials at x came out as hoped. */
export interface SharePoint {
  readonly x: number;
  readonly successes: number;
  readonly trials: number;
}

/**
 * The x at which a share that rises with x passes `level`, linear between the points: the shares are first made monotone by
 * weighted least squares (isotonic regression, pool adjacent violators). The first x where the share is there from the start,
 * Infinity where it never gets there. Points in ascending order of x.
 */
export function crossing(points: readonly SharePoint[], level: number): number {
  const rising = isotonic(points);
  const at = rising.findIndex(({ share }) => share >= level);
  const [after, before] = [rising[at], rising[at - 1]];
  if (!after) return Number.POSITIVE_INFINITY;
  if (!before) return after.x;
  return before.x + ((level - before.share) / (after.share - before.share)) * (after.x - before.x);
}

function isotonic(points: readonly SharePoint[]): { x: number; share: number }[] {
  const blocks: { xs: number[]; successes: number; trials: number }[] = [];
  for (const { x, successes, trials } of points) {
    let block = { xs: [x], successes, trials };
    for (let last = blocks.at(-1); last && shareOf(last) >= shareOf(block); last = blocks.at(-1)) {
      blocks.pop();
      block = {
        xs: [...last.xs, ...block.xs],
        successes: last.successes + block.successes,
        trials: last.trials + block.trials,
      };
    }
    blocks.push(block);
  }
  return blocks.flatMap((block) => block.xs.map((x) => ({ x, share: shareOf(block) })));
}

function shareOf({ successes, trials }: { successes: number; trials: number }): number {
  return successes / trials;
}

/**
 * The number m of random draws, as a real number, at which each of k equally likely things has been drawn with probability ½
 * (the coupon collector's median, by inclusion and exclusion; linear between whole numbers).
 */
export function couponMedian(k: number): number {
  let before = 0;
  for (let m = k; ; m++) {
    const all = drawnAll(m, k);
    if (all >= 0.5) return m === k ? m : m - 1 + (0.5 - before) / (all - before);
    before = all;
  }
}

/** The probability that m draws hold each of k things, by the number of different things after each draw. */
function drawnAll(m: number, k: number): number {
  let different = new Array<number>(k + 1).fill(0);
  different[0] = 1;
  for (let draw = 0; draw < m; draw++) {
    different = different.map(
      (share, n) => share * (n / k) + (different[n - 1] ?? 0) * ((k - n + 1) / k),
    );
  }
  return different[k]!;
}
