import type { LossAndGradient } from '@softmoe/backend';
import { addScaled, type MoESpec, scaleParams } from '@softmoe/model';

/** Consecutive points of a batch. */
export interface Chunk {
  readonly start: number;
  readonly rows: number;
}

/** Numbers that an array of a chunk may have. */
const LARGEST = 2 ** 20;
const BLOCK_ROWS = 64;

/** A batch in parts, so that the memory needed does not depend on its size. */
export function chunksOf({ inputDim, experts }: MoESpec, size: number): [Chunk, ...Chunk[]] {
  const blocks = Math.floor(LARGEST / (BLOCK_ROWS * Math.max(inputDim, experts)));
  const most = BLOCK_ROWS * Math.max(1, blocks);
  const chunks: [Chunk, ...Chunk[]] = [{ start: 0, rows: Math.min(most, size) }];
  for (let start = most; start < size; start += most) {
    chunks.push({ start, rows: Math.min(most, size - start) });
  }
  return chunks;
}

/** Loss and gradient of a batch from those of its chunks, which are means. */
export function meanOver(
  [first, ...others]: readonly [Chunk, ...Chunk[]],
  size: number,
  evaluate: (chunk: Chunk) => LossAndGradient,
): LossAndGradient {
  let sum = evaluate(first);
  if (others.length === 0) return sum;
  const share = first.rows / size;
  sum = { loss: share * sum.loss, gradient: scaleParams(share, sum.gradient) };
  for (const chunk of others) {
    const { loss, gradient } = evaluate(chunk);
    const weight = chunk.rows / size;
    sum = { loss: sum.loss + weight * loss, gradient: addScaled(sum.gradient, weight, gradient) };
  }
  return sum;
}
