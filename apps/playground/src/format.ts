export { lossWords, plural, powerOfTen, readable } from '@softmoe/figures';

/** An overlap, always with two decimals. */
export function overlap(value: number): string {
  return value.toFixed(2).replace('-', '−');
}

/** Flow time to one decimal. */
export function time(value: number): string {
  return value.toFixed(1);
}
