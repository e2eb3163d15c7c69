import { lossBound } from '@softmoe/figures/words';
import { InvalidArgumentError } from 'commander';

/** Numbers as people read them. A value that is not there is shown as nothing. */
export const readable = (x: number | null | undefined): string =>
  missing(x) ? '' : Math.abs(x) >= 0.01 || x === 0 ? significant(x) : x.toExponential(1);

/** A loss in the words of {@link readable}, or that rounding decides it; `scale` is the loss at the start. */
export function lossWords(
  loss: number | null | undefined,
  scale?: number,
  digits: (loss: number) => string = readable,
): string {
  if (missing(loss)) return '';
  const power = lossBound(loss, scale);
  return power === undefined ? digits(loss) : `0 to rounding, below 1e${power}`;
}

/** A loss in a table, where `<1e-15` stands for a loss that rounding decides. */
export function lossCell(loss: number | null | undefined, scale?: number): string {
  if (missing(loss)) return '';
  const power = lossBound(loss, scale);
  return power === undefined ? readable(loss) : `<1e${power}`;
}

export const significant = (x: number): string => `${Number(x.toPrecision(3))}`;

export const signed = (x: number): string => `${x < 0 ? '' : '+'}${x.toFixed(1)}`;

export const flowTime = (t: number | null | undefined): string =>
  missing(t) ? 'never' : t.toFixed(1);

export const seconds = (s: number): string => `${s.toFixed(2)} s`;

/** Such as `about 40 s`, `about 12 min` or `about 3.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `about ${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return `about ${(seconds / 3600).toFixed(1)} h`;
}

function missing(x: number | null | undefined): x is null | undefined {
  return x === null || x === undefined;
}

/** Reads an option that is a whole number from 0 on. */
export function parseCount(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('Give a whole number, such as 3.');
}
