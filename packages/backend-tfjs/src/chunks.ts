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
export function chunksOf({ inputDim, experts }: MoESpec, size: number): Chunk[] {
  const blocks = Math.floor(LARGEST / (BLOCK_ROWS * Math.max(inputDim, experts)));
  const most = BLOCK_ROWS * Math.max(1, blocks);
  const chunks: Chunk[] = [];
  for (let start = 0; start < size; start += most) {
    chunks.push({ start, rows: Math.min(most, size - start) });
  }
  return chunks;
}

/** Loss and gradient of a batch from those of its chunks, which are means. */
export function meanOver(
  chunks: readonly Chunk[],
  size: number,
  evaluate: (chunk: Chunk) => LossAndGradient,
): LossAndGradient {
  let sum: LossAndGradient | undefined;
  for (const chunk of chunks) {
    const { loss, gradient } = evaluate(chunk);
    const weight = chunk.rows / size;
    sum = sum
      ? { loss: sum.loss + weight * loss, gradient: addScaled(sum.gradient, weight, gradient) }
      : weight === 1
        ? { loss, gradient }
        : { loss: weight * loss, gradient: scaleParams(weight, gradient) };
  }
  return sum ?? { loss: 0, gradient: {} };
}
