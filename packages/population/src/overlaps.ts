import type { MoE } from '@softmoe/model';

/** The rows of V and W of a model, stacked: router rows 0 … m − 1, expert rows m … 2m − 1, as one [2m, d] array. */
export function stackRows(model: MoE): Float64Array {
  const router = model.params.router.data;
  const rows = new Float64Array(2 * router.length);
  rows.set(router);
  rows.set(model.params.expert.data, router.length);
  return rows;
}
