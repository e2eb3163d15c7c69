import { requireInteger } from './checks/require.ts';
import { ShapeError } from './errors.ts';
import { activationOf } from './expert.ts';
import { evaluate } from './function.ts';
import { gateOf } from './gate.ts';
import { multiplyTransposed } from './linalg/matrix.ts';
import { type MoE, param } from './moe.ts';
import { softmax } from './softmax.ts';

/** Points x as rows, [size, d] row-major. */
export type Inputs = Float64Array | Float32Array;

/**
 * All units at a block of consecutive points. Arrays are [m, stride], unit after unit; columns from `rows` on belong to
 * no point (x = 0 there).
 */
export interface Block {
  /** Index of the block's first point, and number of points. */
  start: number;
  rows: number;
  readonly stride: number;
  /** x, [stride, d]. */
  readonly x: Float64Array;
  /** g(v_i·x) and g′(v_i·x), or with softmax routing π_i(x) in both: one array, π_i is the slope of its own logit. */
  readonly gate: Float64Array;
  readonly gateSlope: Float64Array;
  /** h(w_i·x) and h′(w_i·x). */
  readonly expert: Float64Array;
  readonly expertSlope: Float64Array;
}

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
  const openGates = gatesOf(model);
  const activation = activationOf(model.spec.expert);
  const directions = stack(param(model.params, 'router').data, param(model.params, 'expert').data);
  const stride = blockStride(size);
  const logits = new Float64Array(2 * m * stride);
  const routerLogits = logits.subarray(0, m * stride);
  const expertLogits = logits.subarray(m * stride);
  const gate = new Float64Array(m * stride);
  const block: Block = {
    start: 0,
    rows: 0,
    stride,
    x: new Float64Array(stride * d),
    gate,
    gateSlope: model.spec.routing === 'softmax' ? gate : new Float64Array(m * stride),
    expert: new Float64Array(m * stride),
    expertSlope: new Float64Array(m * stride),
  };
  for (let start = 0; start < size; start += stride) {
    block.start = start;
    block.rows = Math.min(stride, size - start);
    block.x.set(inputs.subarray(start * d, (start + block.rows) * d));
    block.x.fill(0, block.rows * d);
    multiplyTransposed(directions, 2 * m, block.x, stride, d, logits);
    openGates(routerLogits, block);
    evaluate(activation, expertLogits, block.expert, block.expertSlope);
    yield block;
  }
}

/** What computes the gates of a block from V x. */
function gatesOf({ spec, params }: MoE): (logits: Float64Array, block: Block) => void {
  if (spec.routing === 'softmax') {
    const bias = param(params, 'routerBias').data;
    return (logits, { stride, gate }) => softmax(logits, bias, stride, gate);
  }
  const g = gateOf(spec.gate);
  return (logits, { gate, gateSlope }) => evaluate(g, logits, gate, gateSlope);
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
