import type { Backend } from '@softmoe/backend';
import { type Gram, type MoE, zeros } from '@softmoe/model';
import { sampleBatch } from '@softmoe/teacher';

export interface GramSamples {
  readonly seed: number;
  readonly stream: string;
  /** Number of fresh points; they are drawn in batches of at most 4096. */
  readonly size: number;
}

const BATCH = 4096;

/**
 * Gram data averaged over fresh points, docs/theory.md (12) with the mean in place of E: the same points at every call.
 * It is exact for those points, so refits on it are least squares on them.
 */
export async function estimateGram(
  model: MoE,
  teacher: MoE,
  backend: Backend,
  { seed, stream, size }: GramSamples,
): Promise<Gram> {
  const m = model.spec.experts;
  const students = zeros([m, m]);
  const cross = zeros([m]);
  let target = 0;
  for (let step = 0; step * BATCH < size; step++) {
    const rows = Math.min(BATCH, size - step * BATCH);
    const { inputs, targets } = sampleBatch(teacher, { seed, stream, step, size: rows });
    const outputs = await backend.units(model, inputs, rows);
    for (let s = 0; s < rows; s++) {
      const y = targets[s]!;
      target += (y * y) / size;
      for (let i = 0; i < m; i++) {
        const u = outputs[s * m + i]! / size;
        cross.data[i] = cross.data[i]! + u * y;
        for (let l = i; l < m; l++) {
          students.data[i * m + l] = students.data[i * m + l]! + u * outputs[s * m + l]!;
        }
      }
    }
  }
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < i; l++) students.data[i * m + l] = students.data[l * m + i]!;
  }
  return { students, cross, target };
}
