import type { Backend } from '@softmoe/backend';
import { type Gram, type MoE, zeros } from '@softmoe/model';
import { type Batch, sampleBatch } from '@softmoe/teacher';

export interface GramSamples {
  readonly seed: number;
  readonly stream: string;
  /** Number of fresh points; they are drawn in batches of at most 4096. */
  readonly size: number;
}

const BATCH = 4096;

/** Samples of at most this many numbers are kept from one call to the next, others are drawn again. */
const KEPT = 2 ** 22;

/**
 * Gram data averaged over fresh points, docs/theory.md (12) with the mean in place of E: the same points at every call.
 * It is exact for those points, so refits on it are least squares on them.
 */
export async function estimateGram(
  model: MoE,
  teacher: MoE,
  backend: Backend,
  samples: GramSamples,
): Promise<Gram> {
  return gramEstimator(teacher, backend, samples)(model);
}

/** {@link estimateGram} for many models on the same points, which are drawn once where they fit in memory. */
export function gramEstimator(
  teacher: MoE,
  backend: Backend,
  { seed, stream, size }: GramSamples,
): (model: MoE) => Promise<Gram> {
  const draw = (step: number) =>
    sampleBatch(teacher, { seed, stream, step, size: Math.min(BATCH, size - step * BATCH) });
  const kept: Batch[] = [];
  const batchOf = (step: number) => {
    if (size * teacher.spec.inputDim > KEPT) return draw(step);
    kept[step] ??= draw(step);
    return kept[step];
  };
  return async (model) => {
    const m = model.spec.experts;
    const sums = { students: new Float64Array(m * m), cross: new Float64Array(m), target: 0 };
    for (let step = 0; step * BATCH < size; step++) {
      const batch = batchOf(step);
      addMoments(sums, await backend.units(model, batch.inputs, batch.size), batch, size);
    }
    const students = zeros([m, m]);
    for (let i = 0; i < m; i++) {
      for (let l = 0; l < m; l++) {
        students.data[i * m + l] = sums.students[Math.min(i, l) * m + Math.max(i, l)]!;
      }
    }
    return { students, cross: { shape: [m], data: sums.cross }, target: sums.target };
  };
}

/** Adds a batch's share of the second moments; of the students' the upper triangle only. */
function addMoments(
  sums: { readonly students: Float64Array; readonly cross: Float64Array; target: number },
  outputs: Float64Array,
  { targets, size: rows }: Batch,
  size: number,
): void {
  const { students, cross } = sums;
  const m = cross.length;
  for (let s = 0; s < rows; s++) {
    const y = targets[s]!;
    sums.target += (y * y) / size;
    for (let i = 0; i < m; i++) {
      const u = outputs[s * m + i]! / size;
      cross[i] = cross[i]! + u * y;
      for (let l = i; l < m; l++) {
        students[i * m + l] = students[i * m + l]! + u * outputs[s * m + l]!;
      }
    }
  }
}
