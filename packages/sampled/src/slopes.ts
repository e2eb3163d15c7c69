import type { MoE, Params, Points } from '@softmoe/model';
import {
  addAt,
  addProduct,
  asParams,
  at,
  dot,
  type OutputSlopes,
  outputSlopes,
} from '@softmoe/model/linalg';

/** Points of a block of vectors. */
export const BLOCK = 128;
/** Blocks that are worked on at a time, without a pause. */
export const GROUP = 32;
/** Slopes of at most this many numbers are kept from the loss of a model to its curvature; more are computed again. */
export const KEPT: number = 2 ** 23;

/** The slopes of f at consecutive points. */
export interface SlopeGroup {
  /** Of the first point, in blocks, and number of blocks. */
  readonly first: number;
  readonly blocks: number;
  /**
   * ∂f by the logits of router 1 … m, expert 1 … m, then the unit outputs, docs/theory.md (70), [blocks, 3m, BLOCK]; zero where there is
   * no point.
   */
  readonly slopes: Float64Array;
}

/** What one pass over the points finds at a model. */
export interface Pass {
  readonly loss: number;
  /** Euclidean. */
  readonly gradient: Params;
  /** f − y at every point, [size]. */
  readonly residuals: Float64Array;
  /** Undefined where they are too many to keep. */
  readonly groups: readonly SlopeGroup[] | undefined;
}

/**
 * Loss and gradient of docs/theory.md (38) at `model`, with the slopes that they are made of where they are few. A group of slopes that
 * nobody needs any more, `spare`, may be written over.
 */
export function passOver(model: MoE, points: Points, spare?: SlopeGroup): Pass {
  const { experts: m, inputDim: d } = model.spec;
  const { targets, size } = points;
  const biased = model.params.routerBias !== undefined;
  const residuals = new Float64Array(size);
  const sums = new Float64Array(2 * m * d + m + (biased ? m : 0));
  const weights = new Float64Array(BLOCK);
  let weighted = new Float64Array(0);
  const onBlock = ({ start, rows, stride, x, outputs, slopes }: OutputSlopes) => {
    if (weighted.length === 0) weighted = new Float64Array(slopes.length);
    for (let s = 0; s < rows; s++) {
      const residual = at(outputs, s) - targets[start + s]!;
      residuals[start + s] = residual;
      weights[s] = residual / size;
    }
    weights.fill(0, rows, stride);
    weigh(slopes, weights, stride, weighted);
    addProduct(weighted, 2 * m, x, stride, d, sums);
    addSums(weighted, 2 * m, m, stride, sums, 2 * m * d);
    if (biased) addSums(weighted, 0, m, stride, sums, 2 * m * d + m);
  };
  const groups = slopeGroups(model, points, onBlock, spare);
  const keep = 3 * m * (size + BLOCK) <= KEPT;
  const kept: SlopeGroup[] = [];
  for (const group of groups) if (keep) kept.push(group);
  return {
    loss: (0.5 * dot(residuals, residuals)) / size,
    gradient: asParams(model.spec, sums),
    residuals,
    groups: keep ? kept : undefined,
  };
}

/** Writes the slopes [vectors, stride] times the weights of the points, [stride], to `weighted`. */
function weigh(
  slopes: Float64Array,
  weights: Float64Array,
  stride: number,
  weighted: Float64Array,
): void {
  for (let row = 0; row < slopes.length; row += stride) {
    for (let s = 0; s < stride; s++) weighted[row + s] = at(slopes, row + s) * at(weights, s);
  }
}

/** Adds the sums of `count` vectors from number `first` on to as many numbers of `sums` from `start` on. */
function addSums(
  vectors: Float64Array,
  first: number,
  count: number,
  stride: number,
  sums: Float64Array,
  start: number,
): void {
  for (let u = 0; u < count; u++) {
    let sum = 0;
    for (let s = 0; s < stride; s++) sum += at(vectors, (first + u) * stride + s);
    addAt(sums, start + u, sum);
  }
}

/**
 * The slopes of `model` at all points, group after group; `onBlock` sees what they are taken from. The first group lies where `spare` lay if
 * that is as large.
 */
export function* slopeGroups(
  model: MoE,
  { inputs, size }: Points,
  onBlock: (block: OutputSlopes) => void = () => {},
  spare?: SlopeGroup,
): Generator<SlopeGroup> {
  const vectors = 3 * model.spec.experts;
  let group: SlopeGroup | undefined;
  for (const block of outputSlopes(model, inputs, size)) {
    onBlock(block);
    const { start, rows, stride, slopes } = block;
    const place = Math.floor(start / BLOCK);
    if (group && place >= group.first + group.blocks) {
      yield group;
      group = undefined;
    }
    group ??= groupFrom(place, size, vectors, spare);
    const offset = (place - group.first) * vectors * BLOCK + (start % BLOCK);
    copyRows(slopes, stride, rows, group.slopes, offset);
  }
  if (group) yield group;
}

/** Copies the first `count` numbers of every `stride` to `target` from `start` on, {@link BLOCK} apart. */
function copyRows(
  rows: Float64Array,
  stride: number,
  count: number,
  target: Float64Array,
  start: number,
): void {
  for (let from = 0, to = start; from < rows.length; from += stride, to += BLOCK) {
    for (let s = 0; s < count; s++) target[to + s] = at(rows, from + s);
  }
}

function groupFrom(first: number, size: number, vectors: number, spare?: SlopeGroup): SlopeGroup {
  const blocks = Math.min(GROUP, Math.ceil(size / BLOCK) - first);
  // Zeros where there is no point are where they were.
  const fits = first === 0 && spare?.slopes.length === blocks * vectors * BLOCK;
  if (fits) return { first, blocks, slopes: spare.slopes };
  return { first, blocks, slopes: new Float64Array(blocks * vectors * BLOCK) };
}
