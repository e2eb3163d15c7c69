import type { Summary } from '@softmoe/lab';
import { readable } from './format.ts';

/** A record of fine-tuning, as far as it tells of convergence. */
interface TunedPoint {
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
}

/**
 * How fine-tuning has gone so far: `linear` where in the end every step multiplies what is left by one factor, `slowing` where that
 * factor creeps up towards 1, `quickening` where it falls to the last, `open` while the records do not tell.
 */
export interface Pace {
  readonly kind: 'linear' | 'slowing' | 'quickening' | 'open';
  /** What a step multiplied the loss by in the later half of the steps, or, where that is `flat`, its excess over its limit. */
  readonly factor?: number;
  /** The loss itself hardly moved in that half while the gradient shrank: it goes to a limit above zero. */
  readonly flat: boolean;
}

/** A loss below this, or a gradient this much shorter than at the start, is rounding. */
const ROUNDING = { loss: 1e-14, gradient: 1e-11 };
/** Rates of two spans of steps that differ by less than this share are one rate. */
const STEADY = 0.1;
/** A later rate below this share of an earlier one is slower beyond doubt, one above its inverse faster. */
const SLOWER = 0.75;
/** How many times what is left has to fall until two rates that agree are called one: any curve is straight for a while. */
const FALL = 10;
/** A loss is flat that changes by less than this share while the square of the gradient falls below half. */
const FLAT = 0.01;
/** With fewer records than this there is nothing to compare. */
const ENOUGH = 5;

/** Reads the pace of one stage of fine-tuning from its records, in order. */
export function paceOf(points: readonly TunedPoint[]): Pace {
  const longest = Math.max(0, ...points.map(({ gradientNorm }) => gradientNorm));
  const alive = points.filter(({ gradientNorm }) => gradientNorm > ROUNDING.gradient * longest);
  const flat = isFlat(alive);
  // Near a minimum the excess over its limit, which is not known yet, goes like the square of the gradient.
  const left = flat ? alive : points.filter(({ loss }) => loss > ROUNDING.loss);
  const value = ({ loss, gradientNorm }: TunedPoint) => (flat ? gradientNorm ** 2 : loss);
  const [quarter, half, most, last] = quartersOf(left);
  if (!quarter || !half || !most || !last) return { kind: 'open', flat };
  const rate = (a: TunedPoint, b: TunedPoint) => Math.log(value(a) / value(b)) / (b.step - a.step);
  const late = rate(half, last);
  const whole = kindOf(rate(quarter, half), late);
  // A start that was slower has passed where the later half is a line by itself.
  const later = whole === 'quickening' ? kindOf(rate(half, most), rate(most, last)) : whole;
  const kind = later === 'linear' ? later : whole;
  const straight = value(whole === 'linear' ? quarter : half) >= FALL * value(last);
  return {
    kind: kind === 'linear' && !straight ? 'open' : kind,
    factor: Math.exp(-late),
    flat,
  };
}

function isFlat(points: readonly TunedPoint[]): boolean {
  const [, half, , last] = quartersOf(points);
  if (!half || !last || Math.abs(last.loss) <= ROUNDING.loss) return false;
  const moved = Math.abs(last.loss - half.loss) / Math.abs(half.loss);
  return moved < FLAT && (last.gradientNorm / half.gradientNorm) ** 2 < 0.5;
}

/** The points at a quarter, half, three quarters and the end of the steps; none where there are too few. */
function quartersOf(points: readonly TunedPoint[]): readonly (TunedPoint | undefined)[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < ENOUGH) return [];
  const at = (share: number) =>
    points.find(({ step }) => step >= first.step + share * (last.step - first.step));
  return [at(0.25), at(0.5), at(0.75), last];
}

function kindOf(early: number, late: number): Pace['kind'] {
  const ratio = late / early;
  if (!(early > 0) || !Number.isFinite(ratio)) return 'open';
  if (Math.abs(ratio - 1) < STEADY) return 'linear';
  if (ratio < SLOWER) return 'slowing';
  return ratio > 1 / SLOWER ? 'quickening' : 'open';
}

/** A rate measured within this share of the predicted one is what the Hessian foretold. */
const AGREES = 0.02;

/** How the measured rate of a run compares with that which the Hessian at its end predicts. */
export interface Agreement {
  readonly predicted: number;
  readonly measured: number;
  /** ln measured/ln predicted: 1 where the Hessian governs the run. */
  readonly ratio: number;
  /** Of the two rates, as a share of the predicted one. */
  readonly deviation: number;
  readonly agrees: boolean;
}

/** Compares both contractions; undefined unless both are there and both contract. */
export function agreementOf({
  predicted,
  measured,
}: Summary['contraction']): Agreement | undefined {
  if (predicted === null || measured === null) return undefined;
  if (!(predicted > 0 && predicted < 1 && measured > 0 && measured < 1)) return undefined;
  const ratio = Math.log(measured) / Math.log(predicted);
  const deviation = Math.abs(ratio - 1);
  return { predicted, measured, ratio, deviation, agrees: deviation <= AGREES };
}

/** A loss above this share of the null loss is a limit of its own, and what contracts is the height above it. */
const ZERO = 1e-12;

/** The loss that fine-tuning went to, where that is not zero beside the loss of no unit. */
export function limitOf({
  loss,
  elimination,
}: Pick<Summary, 'elimination'> & { readonly loss: Pick<Summary['loss'], 'final'> }):
  | number
  | undefined {
  const nullLoss = elimination.find(({ size }) => size === 0)?.loss ?? 0;
  return Math.abs(loss.final) > ZERO * nullLoss ? loss.final : undefined;
}

/** What a step of fine-tuning multiplies: `the loss`, or what it has above its limit. */
export function contractedWords(result: Summary): string {
  const limit = limitOf(result);
  return limit === undefined
    ? 'the loss'
    : `the excess of the loss over its limit ${readable(limit, 3)}`;
}
