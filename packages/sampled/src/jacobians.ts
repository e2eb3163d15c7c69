import type { MoE, Params } from '@softmoe/model';
import type { Inputs } from '@softmoe/model/checks';
import {
  allocate,
  at,
  makeParams,
  mapParams,
  matrixSize,
  outputGradients,
  type Steps,
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

/** Points whose derivatives are computed at a time. */
const BLOCK = 1024;

/** ∇f of `model` at the points of an extended sample, Riemannian. Yields the number of points done. */
export function* jacobians(model: MoE, extended: Float64Array, size: number): Steps<Jacobians> {
  const inside = tangentDim(model.spec);
  const outside = 2 * model.spec.experts;
  const span = allocate([size, inside]);
  const complement = allocate([size, outside]);
  const wide = model.spec.inputDim + 1;
  const whole = extend(model);
  for (let first = 0; first < size; first += BLOCK) {
    const end = Math.min(size, first + BLOCK);
    const points = extended.subarray(first * wide, end * wide);
    const rows = outputGradients(whole, points, end - first);
    const columns = rows.length / (end - first);
    for (let s = first; s < end; s++) {
      const logits = complement.subarray(s * outside, (s + 1) * outside);
      const vector = splitLast(model, rows, (s - first) * columns, logits);
      span.set(toTangentCoordinates(model, vector), s * inside);
    }
    yield end;
  }
  return { span, complement };
}

/** The derivatives of an extended model from `start` on as those of the model itself, and those by the coordinate more in `last`. */
function splitLast(
  { spec }: MoE,
  derivatives: Float64Array,
  start: number,
  last: Float64Array,
): Params {
  const { experts: m, inputDim: r } = spec;
  let offset = start;
  return makeParams(spec, ({ name, shape }) => {
    if (shape.length < 2) {
      offset += m;
      return { shape, data: derivatives.subarray(offset - m, offset) };
    }
    const array = zeros(shape);
    const first = name === 'router' ? 0 : m;
    for (let i = 0; i < m; i++, offset += r + 1) {
      array.data.set(derivatives.subarray(offset, offset + r), i * r);
      last[first + i] = at(derivatives, offset + r);
    }
    return array;
  });
}
