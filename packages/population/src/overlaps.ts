import { type MoE, ShapeError } from '@softmoe/model';

/** The rows of V and W of a model, stacked: router rows 0 … m − 1, expert rows m … 2m − 1, as one [2m, d] array. */
export function stackRows(model: MoE): Float64Array {
  const router = model.params.router!.data;
  const rows = new Float64Array(2 * router.length);
  rows.set(router);
  rows.set(model.params.expert!.data, router.length);
  return rows;
}

/** Throws unless both models take inputs of one dimension. */
export function checkSameInputs(a: MoE, b: MoE, field: string = 'spec.inputDim'): void {
  if (a.spec.inputDim === b.spec.inputDim) return;
  throw new ShapeError(`differs from that of the other model, ${b.spec.inputDim}`, {
    field,
    value: a.spec.inputDim,
    remedy: 'Compare models of the same input dimension.',
  });
}
