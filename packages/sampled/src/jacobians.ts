import type { MoE, Params } from '@softmoe/model';
import type { Inputs } from '@softmoe/model/checks';
import {
  at,
  makeParams,
  mapParams,
  matrixSize,
  outputGradients,
  tangentDim,
  toTangentCoordinates,
  zeros,
} from '@softmoe/model/linalg';

/** The rows with a coordinate 1 more: what is linear in it is a derivative out of the span, of a square that averages to 1. */
export function withOnes(inputs: Inputs, size: number): Float64Array {
  const r = inputs.length / size;
  const extended = new Float64Array(size * (r + 1)).fill(1);
  for (let s = 0; s < size; s++) {
    extended.set(inputs.subarray(s * r, (s + 1) * r), s * (r + 1));
  }
  return extended;
}

/** A zero more in every row of `params` that lives in input space. */
function pad(params: Params): Params {
  return mapParams(params, (array) => {
    if (array.shape.length < 2) return array;
    const { rows, columns } = matrixSize(array);
    const padded = zeros([rows, columns + 1]);
    for (let i = 0; i < rows; i++) {
      padded.data.set(array.data.subarray(i * columns, (i + 1) * columns), i * (columns + 1));
    }
    return padded;
  });
}

/** The model of the same function of one coordinate more. */
export function extend({ spec, params }: MoE): MoE {
  return { spec: { ...spec, inputDim: spec.inputDim + 1 }, params: pad(params) };
}

/** ∇f at every point of a sample. */
export interface Jacobians {
  /** In tangent coordinates of the model, [size, tangentDim]. */
  readonly span: Float64Array;
  /** By the model's 2m logits, which is its part out of the span, [size, 2m]. */
  readonly complement: Float64Array;
}

/** ∇f of `model` at the points of an extended sample, Riemannian. */
export function jacobians(model: MoE, extended: Float64Array, size: number): Jacobians {
  const { experts: m, inputDim: r } = model.spec;
  const rows = outputGradients(extend(model), extended, size);
  const columns = rows.length / size;
  const inside = tangentDim(model.spec);
  const span = new Float64Array(size * inside);
  const complement = new Float64Array(size * 2 * m);
  for (let s = 0; s < size; s++) {
    let offset = s * columns;
    const vector = makeParams(model.spec, ({ name, shape }) => {
      if (shape.length < 2) {
        offset += m;
        return { shape, data: rows.subarray(offset - m, offset) };
      }
      const array = zeros(shape);
      const first = name === 'router' ? 0 : m;
      for (let i = 0; i < m; i++, offset += r + 1) {
        array.data.set(rows.subarray(offset, offset + r), i * r);
        complement[s * 2 * m + first + i] = at(rows, offset + r);
      }
      return array;
    });
    span.set(toTangentCoordinates(model, vector), s * inside);
  }
  return { span, complement };
}
