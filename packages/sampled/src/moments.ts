import type { Backend } from '@softmoe/backend';
import type { Gram, MoE, NDArray, Points } from '@softmoe/model';
import {
  addAt,
  at,
  axpyAt,
  entry,
  matrixSize,
  multiplyTransposed,
  zeros,
} from '@softmoe/model/linalg';
import type { Source } from './source.ts';

/**
 * Gram data averaged over the sample of a source, docs/theory.md (12) with the mean in place of E: the same points at every
 * call. It is exact for those points, so refits on it are least squares on them.
 */
export async function sampleGram(model: MoE, source: Source, backend: Backend): Promise<Gram> {
  const m = model.spec.experts;
  const sums = { students: new Float64Array(m * m), cross: new Float64Array(m), target: 0 };
  for (const points of source.parts()) {
    const outputs = await backend.units(model, points.inputs, points.size);
    addMoments(sums, outputs, points, source.size);
  }
  const upper = { shape: [m, m], data: sums.students };
  const students = zeros([m, m]);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < m; l++) {
      students.data[i * m + l] = entry(upper, Math.min(i, l), Math.max(i, l));
    }
  }
  return { students, cross: { shape: [m], data: sums.cross }, target: sums.target };
}

/** Adds a part's share of the second moments; of the students' the upper triangle only. */
function addMoments(
  sums: { readonly students: Float64Array; readonly cross: Float64Array; target: number },
  outputs: Float64Array,
  { targets, size: rows }: Points,
  size: number,
): void {
  const { students, cross } = sums;
  const m = cross.length;
  for (let s = 0; s < rows; s++) {
    const y = targets[s]!;
    sums.target += (y * y) / size;
    for (let i = 0; i < m; i++) {
      const u = at(outputs, s * m + i) / size;
      addAt(cross, i, u * y);
      axpyAt(u, outputs, s * m + i, students, i * m + i, m - i);
    }
  }
}

/** Adds the upper triangle of U Uᵀ to `sums`, [rows, rows], for U [rows, points]; both even. */
export function addUpperProducts(outputs: Float64Array, points: number, sums: NDArray): void {
  const { rows } = matrixSize(sums);
  const products = new Float64Array(2 * rows);
  for (let i = 0; i < rows; i += 2) {
    const left = rows - i;
    const rest = outputs.subarray(i * points);
    multiplyTransposed(rest, 2, rest, left, points, products);
    axpyAt(1, products, 0, sums.data, i * rows + i, left);
    axpyAt(1, products, left, sums.data, (i + 1) * rows + i, left);
  }
}
