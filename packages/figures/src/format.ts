import type { Config } from '@softmoe/lab';

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 10 to the power `n`, as one writes it. */
export function powerOfTen(n: number): string {
  if (n === 0) return '1';
  const digits = [...String(Math.abs(n))].map((digit) => SUPERSCRIPT[Number(digit)]);
  return `10${n < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** A number to `digits` figures, as one writes it: 0.0123, 4.2·10⁻⁹. */
export function readable(value: number, digits: number = 2): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -3 && power < 5) {
    const rounded = Number(value.toPrecision(digits));
    return minus(rounded.toLocaleString('en', { maximumFractionDigits: 8 }));
  }
  return `${minus(mantissa)}·${powerOfTen(power)}`;
}

/** A loss is a difference of numbers of its scale: up to this many ulps of it, rounding decides. */
const LOSS_ULPS = 4;
/** As far below zero as rounding takes a loss; one further below is a fault, and shown as it is. */
const BELOW_ZERO = 64;

/**
 * The least power of ten that a loss is known to be below where rounding decides what is left of it, undefined where the
 * loss is more than rounding. A squared loss is never below zero, but for rounding. `scale` is the loss at the start.
 */
export function lossBound(loss: number, scale: number = 1): number | undefined {
  const rounding = LOSS_ULPS * Number.EPSILON * scale;
  if (loss > rounding || loss < -BELOW_ZERO * rounding || rounding === 0) return undefined;
  return Math.ceil(Math.log10(Math.max(Math.abs(loss), rounding)));
}

/** A loss to two figures, or `0 to rounding, below 10⁻¹⁵` where rounding decides: see {@link lossBound}. */
export function lossWords(loss: number, scale: number = 1): string {
  const power = lossBound(loss, scale);
  return power === undefined ? readable(loss) : `0 to rounding, below ${powerOfTen(power)}`;
}

/** A number with `decimals` decimals and a true minus sign. */
export function fixed(value: number, decimals: number): string {
  return minus(value.toFixed(decimals));
}

/** A number with `decimals` decimals, a true minus sign, and a plus where it is positive. */
export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  return value < 0 ? text : `+${text}`;
}

/** A number with the noun that it counts: `1 unit`, `2 units`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Words as a list: `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly (string | number)[]): string {
  const last = words.length - 1;
  return last > 0 ? `${words.slice(0, last).join(', ')} and ${words[last]}` : words.join('');
}

/** A time as one says it: `20 s`, `3 min`, `2.5 h`, `4 days`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Number((seconds / 3600).toFixed(1))} h`;
  const days = seconds / 86_400;
  return `${days < 1e5 ? Math.round(days) : readable(days)} days`;
}

function minus(text: string): string {
  return text.replace('-', '−');
}

/** What the time of a run's records is called. */
export interface Clock {
  /** In a sentence. */
  readonly name: 'flow time' | 'time';
  /** Along an axis. */
  readonly axis: string;
}

/** Adam follows no flow: the time of its records is the number of steps times the learning rate. */
export function clockOf(config: Pick<Config, 'train'> | undefined): Clock {
  return config?.train.method === 'adam'
    ? { name: 'time', axis: 'time t = steps × learning rate' }
    : { name: 'flow time', axis: 'flow time t' };
}
