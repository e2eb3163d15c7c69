import type { MoE, MoESpec, NDArray } from '@softmoe/model';
import { routingOf } from '@softmoe/model/checks';
import {
  addEntry,
  entry,
  matrixSize,
  toTangentCoordinates,
  translationDirections,
} from '@softmoe/model/linalg';

/** Unit vectors along the translations that change no function, docs/theory.md (6), in tangent coordinates. */
export function flatCoordinates(model: MoE): Float64Array[] {
  return translationDirections(model).map((vector) => toTangentCoordinates(model, vector));
}

/** Unit vectors along the translations that change no function, out of the span: all routers by one vector, among the 2m logits. */
export function flatLogits({ routing, experts: m }: MoESpec): Float64Array[] {
  const flat = routingOf(routing).translations.includes('router');
  return flat ? [new Float64Array(2 * m).fill(1 / Math.sqrt(m), 0, m)] : [];
}

/**
 * `matrix` with the mean of its other eigenvalues in the orthonormal `flat` directions, in all of which it is zero: the
 * ends of its spectrum become those on the quotient by the symmetry, and what is orthogonal to them stays as it is.
 */
export function withoutFlat(matrix: NDArray, flat: readonly Float64Array[]): NDArray {
  const { rows: n } = matrixSize(matrix);
  if (flat.length === 0 || flat.length === n) return matrix;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += entry(matrix, i, i);
  const mean = trace / (n - flat.length);
  const result = { shape: matrix.shape, data: matrix.data.slice() };
  for (const direction of flat) {
    direction.forEach((x, i) => {
      direction.forEach((y, j) => {
        addEntry(result, i, j, mean * x * y);
      });
    });
  }
  return result;
}
