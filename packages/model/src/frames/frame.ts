import { ShapeError } from '../errors.ts';
import { addProduct } from '../linalg/matrix.ts';
import { matrixSize, row, rowProducts } from '../linalg/rows.ts';
import { retract } from '../manifold.ts';
import type { NDArray } from '../ndarray.ts';
import type { MoE, MoESpec, Params } from '../spec.ts';

/**
 * Coordinates in which the rows of models are written: those of an orthonormal basis of r directions, docs/theory.md (14).
 * Which frame a model is in stands in its spec and travels with it through training, pruning and checkpoints, so that
 * coordinates of one frame are not taken for those of another or of the inputs, however many there are of them.
 */
export interface Frame {
  /** What the spec of a model in the frame calls it, and a name that follows from the bits of the basis. */
  readonly name: string;
  /** The directions as orthonormal rows, [r, d]. */
  readonly basis: NDArray;
  /**
   * `model` in the coordinates of the frame, rows [m, r]. Exact where its rows lie in the span of the basis; what they have
   * beside it is dropped. Throws {@link ShapeError} unless the model is in the coordinates that the basis is written in.
   */
  lower(model: MoE): MoE;
  /** `model` back from the coordinates of the frame, rows [m, d]. Throws {@link ShapeError} unless it is in this frame. */
  lift(model: MoE): MoE;
  /** Coordinates of a gradient or any other change of parameters in the frame; what lies beside the basis is dropped. */
  lowerVector(vector: Params): Params;
  /** The change of parameters that has those coordinates in the frame. */
  liftVector(vector: Params): Params;
}

/**
 * The frame of the orthonormal rows of `basis`, [r, d], which are in the coordinates named `outer`: those of the inputs
 * where that is left out.
 */
export function frameOf(basis: NDArray, outer?: string): Frame {
  const { rows: r, columns: d } = matrixSize(basis);
  const name = nameOf(basis);
  const lowerVector = (vector: Params): Params => ({
    ...vector,
    router: rowProducts(vector.router, basis),
    expert: rowProducts(vector.expert, basis),
  });
  const liftVector = (vector: Params): Params => ({ ...vector, ...combineRows(vector, basis) });
  return {
    name,
    basis,
    lowerVector,
    liftVector,
    lower({ spec, params }) {
      requireFrame('model', spec, outer);
      return retract(specIn(spec, r, name), lowerVector(params));
    },
    lift({ spec, params }) {
      requireFrame('model', spec, name);
      return retract(specIn(spec, d, outer), liftVector(params));
    },
  };
}

/** The spec of a model of that many inputs in the frame named `frame`, or of the inputs themselves. */
export function specIn(spec: MoESpec, inputDim: number, frame: string | undefined): MoESpec {
  const { frame: _, ...rest } = spec;
  return frame === undefined ? { ...rest, inputDim } : { ...rest, inputDim, frame };
}

/** Throws {@link ShapeError} unless both models are in coordinates of one frame, or both in those of the inputs. */
export function requireSameFrame(field: string, model: MoE, other: MoE): void {
  requireFrame(field, model.spec, other.spec.frame);
}

/** Throws {@link ShapeError} unless a model of that spec is in the frame of that name: without one, in the inputs'. */
export function requireFrame(field: string, { frame }: MoESpec, wanted?: string): void {
  if (frame === wanted) return;
  throw new ShapeError(`must be in coordinates of ${wanted ?? 'the inputs'}`, {
    field: `${field}.spec.frame`,
    value: frame ?? 'the inputs',
    remedy:
      'Bring the models into one frame first: toSpan and lower lead into a span, lift out of it.',
  });
}

/** A name that follows from the bits of the basis: the same span, made again from the same models, has it too. */
function nameOf({ shape, data }: NDArray): string {
  let hash = 0x811c9dc5;
  for (const word of new Uint32Array(data.slice().buffer))
    hash = Math.imul(hash ^ word, 0x01000193);
  return `span ${shape.join('×')} ${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

/** Σ_b c_b q_b for the coordinates c of each router and expert row in the rows q of `basis`. */
function combineRows(vector: Params, basis: NDArray): { router: NDArray; expert: NDArray } {
  const { rows: r, columns: d } = matrixSize(basis);
  const arrays = [vector.router, vector.expert];
  const { rows: m } = matrixSize(vector.router);
  // The matrix product takes coordinates by fours.
  const padded = 4 * Math.ceil(r / 4);
  const coordinates = new Float64Array(2 * m * padded);
  arrays.forEach((array, half) => {
    for (let i = 0; i < m; i++) coordinates.set(row(array, i), (half * m + i) * padded);
  });
  const directions = new Float64Array(padded * d);
  directions.set(basis.data);
  const rows = new Float64Array(2 * m * d);
  addProduct(coordinates, 2 * m, directions, padded, d, rows);
  return {
    router: { shape: [m, d], data: rows.slice(0, m * d) },
    expert: { shape: [m, d], data: rows.slice(m * d) },
  };
}
