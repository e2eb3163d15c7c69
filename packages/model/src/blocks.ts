import { requireInteger } from './checks/require.ts';
import { ShapeError } from './errors.ts';
import { expertOf } from './expert.ts';
import { evaluate } from './function.ts';
import { multiplyTransposed } from './linalg/matrix.ts';
import type { Block } from './routing/interface.ts';
import { routingOf } from './routing.ts';
import type { MoE } from './spec.ts';

/** Points x as rows, [size, d] row-major. */
export type Inputs = Float64Array | Float32Array;

const BLOCK_ROWS = 64;

/** Columns of the arrays of a {@link Block}: enough for `size` points, at most 64, a multiple of four. */
export function blockStride(size: number): number {
  return Math.min(BLOCK_ROWS, 4 * Math.ceil(size / 4));
}

/**
 * Gates and experts at all points, a block at a time so that they stay in the processor's cache. The block is written
 * over by the next one. Inputs must have been checked.
 */
export function* blocks(model: MoE, inputs: Inputs, size: number): Generator<Block> {
  const { inputDim: d, experts: m } = model.spec;
  const h = expertOf(model.spec.expert);
  const directions = stack(model.params.router.data, model.params.expert.data);
  const stride = blockStride(size);
  const { gate, gateSlope, open } = routingOf(model.spec.routing).gates(model, stride);
  const logits = new Float64Array(2 * m * stride);
  const routerLogits = logits.subarray(0, m * stride);
  const expertLogits = logits.subarray(m * stride);
  const block: Block = {
    start: 0,
    rows: 0,
    stride,
    x: new Float64Array(stride * d),
    gate,
    gateSlope,
    expert: new Float64Array(m * stride),
    expertSlope: new Float64Array(m * stride),
  };
  for (let start = 0; start < size; start += stride) {
    block.start = start;
    block.rows = Math.min(stride, size - start);
    block.x.set(inputs.subarray(start * d, (start + block.rows) * d));
    block.x.fill(0, block.rows * d);
    multiplyTransposed(directions, 2 * m, block.x, stride, d, logits);
    open(routerLogits);
    evaluate(h, expertLogits, block.expert, block.expertSlope);
    yield block;
  }
}

/** Rows of V, then rows of W. */
function stack(router: Float64Array, expert: Float64Array): Float64Array {
  const stacked = new Float64Array(router.length + expert.length);
  stacked.set(router);
  stacked.set(expert, router.length);
  return stacked;
}

/**
 * Throws unless `array` holds `size` rows of that many columns, `size` at least 1.
 *
 * @internal
 */
export function checkInputs(array: Inputs, size: number, columns: number, field: string): void {
  requireInteger('size', size, 1);
  const isInputs = array instanceof Float64Array || array instanceof Float32Array;
  if (isInputs && array.length === size * columns) return;
  throw new ShapeError(`must be a typed array of size × ${columns} floats for size ${size}`, {
    field,
    value: isInputs ? array.length : array,
    remedy: 'Pass points as rows, [size, inputDim] row-major, and one target a point.',
  });
}
