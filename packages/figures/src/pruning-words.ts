import { type Fall, fallsOf, steepest } from '@softmoe/lab';
import { lossWords, plural, readable } from './format.ts';

type Curve = readonly { readonly size: number; readonly loss: number }[];

/** Units cost little whose removal loses less than this share of what all explain of the null loss. */
const LITTLE = 0.01;

/** What the removal of units down to `kept` cost on an elimination curve, in a sentence; empty without such a curve. */
export function removalWords(curve: Curve, kept: number): string {
  const full = curve.reduce<Curve[number] | undefined>(
    (most, point) => (most && most.size >= point.size ? most : point),
    undefined,
  );
  const here = curve.find(({ size }) => size === kept);
  const nullLoss = curve.find(({ size }) => size === 0)?.loss ?? 0;
  if (!full || !here || !(nullLoss > 0)) return '';
  if (kept === full.size) return `All ${plural(kept, 'unit')} are kept.`;
  const cost = (here.loss - full.loss) / (nullLoss - full.loss);
  return (
    `Removing ${plural(full.size - kept, 'unit')} costs ${cost < LITTLE ? 'little' : `${readable(100 * cost)} % of what they explain`}: ` +
    `the loss goes from ${lossWords(full.loss, nullLoss)} to ${lossWords(here.loss, nullLoss)}, amplitudes refitted; with no unit it is ${readable(nullLoss)}.`
  );
}

/** What one unit fewer would cost, and where the curve falls off if not there, in a sentence; empty without a curve. */
export function fallWords(curve: Curve, kept: number): string {
  const falls = fallsOf(curve);
  const cliff = steepest(falls);
  const fall = falls.find(({ size }) => size === kept);
  if (!fall || !cliff) return '';
  const fewer = `One unit fewer would make it ${times(fall)} as large`;
  if (!cliff.clear) return `${fewer}: the curve has no clear cliff.`;
  if (cliff.size === kept) return `${fewer}: there is the cliff.`;
  return `${fewer}; the cliff is at ${plural(cliff.size, 'unit')}, from where one fewer costs ${times(cliff)} the loss.`;
}

/** The factor of a fall, such as `71 times`; `at least` that where what it falls from counts as zero. */
export function times({ here, below, ratio }: Fall): string {
  const least = here * ratio < (1 - 1e-9) * below ? 'at least ' : '';
  return `${least}${readable(ratio, ratio < 10 ? 3 : 2)} times`;
}
