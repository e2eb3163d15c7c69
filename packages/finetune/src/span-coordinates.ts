import {
  type MoE,
  type MoESpec,
  mapParams,
  matrixSize,
  type NDArray,
  type Params,
  retract,
  row,
  rowProducts,
  zeros,
} from '@softmoe/model';

/** The parameters whose rows live in input space; all others are the same in every basis. */
const directional = new Set(['router', 'expert']);

/** The basis of the coordinates that a model is in, [d, d]. */
export function ownBasis({ spec: { inputDim: d } }: MoE): NDArray {
  const basis = zeros([d, d]);
  for (let i = 0; i < d; i++) basis.data[i * d + i] = 1;
  return basis;
}

/** A model whose rows lie in the span of the orthonormal rows of `basis` [r, d], in their coordinates, [m, r]. */
export function restrictModel(model: MoE, basis: NDArray): MoE {
  return retract(specWith(model.spec, matrixSize(basis).rows), restrict(model.params, basis));
}

/** Each directional row's coordinates in `basis`; the part orthogonal to it is dropped. */
export function restrict(params: Params, basis: NDArray): Params {
  return mapParams(params, (array, name) =>
    directional.has(name) ? rowProducts(array, basis) : array,
  );
}

/** A model in coordinates of `basis`, [m, r], back in the original space, [m, d]. */
export function liftModel(model: MoE, basis: NDArray): MoE {
  return retract(specWith(model.spec, matrixSize(basis).columns), expand(model.params, basis));
}

/** Directional rows from coordinates in `basis` to the vectors they stand for. */
export function expand(params: Params, basis: NDArray): Params {
  const { columns: d } = matrixSize(basis);
  return mapParams(params, (array, name) => {
    if (!directional.has(name)) return array;
    const { rows, columns } = matrixSize(array);
    const expanded = zeros([rows, d]);
    for (let i = 0; i < rows; i++) {
      const target = row(expanded, i);
      for (let b = 0; b < columns; b++) {
        const coordinate = array.data[i * columns + b]!;
        const direction = row(basis, b);
        for (let c = 0; c < d; c++) target[c] = target[c]! + coordinate * direction[c]!;
      }
    }
    return expanded;
  });
}

function specWith(spec: MoESpec, inputDim: number): MoESpec {
  return { ...spec, inputDim };
}
