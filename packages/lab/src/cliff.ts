/** A point of an elimination curve: the loss with that many units, amplitudes refitted. */
interface SizedLoss {
  readonly size: number;
  readonly loss: number;
}

/** What one unit fewer costs at a size of an elimination curve. */
export interface Fall {
  readonly size: number;
  /** Loss with that many units, and with one fewer. */
  readonly here: number;
  readonly below: number;
  /** below/here, where a loss that counts as zero is taken for the largest that does. */
  readonly ratio: number;
  /** Whether the ratio tells this size from another better than chance would. */
  readonly clear: boolean;
}

/** Below this ratio a cliff tells one size from another no better than chance would. */
const CLEAR_CLIFF = 2;

/** Losses below this share of the null loss count as zero, so that ratios of rounding errors weigh nothing, docs/theory.md (28). */
const ZERO = 1e-12;

/** The fall below every size of an elimination curve, the largest size first; none without a null loss at its end. */
export function fallsOf(curve: readonly SizedLoss[]): Fall[] {
  const floor = ZERO * (curve.find(({ size }) => size === 0)?.loss ?? 0);
  if (!(floor > 0)) return [];
  const lossAt = new Map(curve.map(({ size, loss }) => [size, loss]));
  return curve.flatMap(({ size, loss: here }) => {
    const below = lossAt.get(size - 1);
    if (below === undefined) return [];
    const ratio = Math.max(below, floor) / Math.max(here, floor);
    return [{ size, here, below, ratio, clear: ratio >= CLEAR_CLIFF }];
  });
}

/** The largest of the falls of an elimination curve; undefined where it has none. */
export function steepest(falls: readonly Fall[]): Fall | undefined {
  return falls.reduce<Fall | undefined>(
    (best, fall) => (best && best.ratio > fall.ratio ? best : fall),
    undefined,
  );
}
