import { requireInteger } from '@softmoe/model/checks';
import { blockWords } from './stream.ts';

/** Which epoch of a shuffled data set of `size` rows. */
export interface ShuffleKey {
  readonly seed: number;
  readonly stream: string;
  readonly epoch: number;
  /** From 1 to 2³¹. */
  readonly size: number;
}

/** A uniformly random order of 0 … size − 1: Fisher–Yates on the words of block 0 of step `epoch` of the stream. */
export function permutation({ seed, stream, epoch, size }: ShuffleKey): Uint32Array {
  requireInteger('size', size, 1, 2 ** 31);
  const words = blockWords({ seed, stream, step: epoch, block: 0 }, Math.ceil(size / 8));
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor((words[i]! / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
