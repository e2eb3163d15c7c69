import type { Backend } from '@softmoe/backend';
import { type Gram, type MoE, zeros } from '@softmoe/model';
import { type LabelledDraw, sampleBatch } from '@softmoe/teacher';

/**
 * Gram data averaged over one fresh batch, docs/theory.md (12) with the mean in place of E. It is exact for that batch,
 * so refits on it are least squares on the batch.
 */
export async function estimateGram(
  model: MoE,
  teacher: MoE,
  backend: Backend,
  draw: LabelledDraw,
): Promise<Gram> {
  const m = model.spec.experts;
  const { size } = draw;
  const { inputs, targets } = sampleBatch(teacher, draw);
  const outputs = await backend.units(model, inputs, size);
  const students = zeros([m, m]);
  const cross = zeros([m]);
  let target = 0;
  for (let s = 0; s < size; s++) {
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
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < i; l++) students.data[i * m + l] = students.data[l * m + i]!;
  }
  return { students, cross, target };
}
