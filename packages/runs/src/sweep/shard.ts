import { SweepError } from './definition.ts';

/** Part `index`, from 1, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Reads `i/n`. Throws {@link SweepError}. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new SweepError('is not i/n with i from 1 to n', {
    field: 'shard',
    value: text,
    remedy: 'Write for example 2/4 for the second of four.',
  });
}

/**
 * Whether the task of an id belongs to a shard. It depends on the id alone, not on the order of tasks or on what is done, and
 * every id belongs to exactly one of the shards 1/n … n/n.
 */
export function inShard(id: string, { index, count }: Shard): boolean {
  return Number(BigInt(`0x${id}`) % BigInt(count)) === index - 1;
}
