import type { Frame } from './protocol.ts';

export { lossWords, plural, powerOfTen, readable } from '@softmoe/figures';

/** An overlap, always with two decimals. */
export function overlap(value: number): string {
  return value.toFixed(2).replace('-', '−');
}

/** Flow time to one decimal. */
export function time(value: number): string {
  return value.toFixed(1);
}

/** Where a record stands in its run: the flow time of training, or the step of fine-tuning. */
export function whenWords({ phase, record }: Frame): string {
  return phase === 'train' ? `t = ${time(record.time)}` : `step ${record.step}`;
}
