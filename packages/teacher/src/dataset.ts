import { type Draw, forward, type MoE, type Points, ShapeError } from '@softmoe/model';
import {
  requireFinite,
  requireInteger,
  requireKeys,
  requireModel,
  requireObject,
} from '@softmoe/model/checks';
import { axpy } from '@softmoe/model/linalg';
import { permutation } from './shuffle.ts';
import { noiseNormals, normals } from './stream.ts';

/**
 * A fresh batch (x, y): x ~ N(0, I_d) and y = f*(x) + noise·ξ with ξ ~ N(0, 1), docs/theory.md (2) and (20). It is rows
 * firstRow … firstRow + size − 1 of an endless one, so that a large batch can be drawn in parts: row i depends neither on
 * `size` nor on where a part starts, and the inputs don't depend on the noise. Inputs are the same bits everywhere, while
 * targets go through the gate's exponential, whose last bit is the engine's. Throws a typed error for a bad draw.
 */
export function sampleBatch(teacher: MoE, draw: Draw, firstRow: number = 0): Points<Float64Array> {
  requireModel('teacher', teacher);
  requireKeys('draw', draw, ['seed', 'stream', 'step', 'size', 'noise']);
  const { noise = 0, size } = draw;
  requireFinite('noise', noise, 0);
  const inputs = normals(draw, teacher.spec.inputDim, firstRow);
  const targets = forward(teacher, inputs, size);
  if (noise > 0) axpy(noise, noiseNormals(draw, firstRow), targets);
  return { inputs, targets, size };
}

/** Seed, size, noise and stream of a fixed data set. */
export interface DatasetOptions {
  readonly seed: number;
  readonly size: number;
  /** Standard deviation of the label noise, 0 by default. */
  readonly noise?: number;
  /** 'dataset' by default; another name gives an independent set, for validation say. */
  readonly stream?: string;
}

/** A fixed data set: step 0 of its stream, the same for the same options. */
export function createDataset(teacher: MoE, options: DatasetOptions): Points<Float64Array> {
  requireKeys('options', options, ['seed', 'size', 'noise', 'stream']);
  const { seed, size, noise = 0, stream = 'dataset' } = options;
  return sampleBatch(teacher, { seed, stream, step: 0, size, noise });
}

/** Which batch of a shuffled data set. */
export interface BatchOptions {
  readonly seed: number;
  /** At most the size of the data set. */
  readonly batchSize: number;
  /** Counts from 0 over all epochs. */
  readonly step: number;
}

/**
 * Batch `step` of a data set that is shuffled anew each epoch, copied. The epochs' orders follow one another without a
 * gap and are cut into batches of equal size, so every point is used once an epoch and a batch may straddle two. A
 * function of its arguments alone: any batch can be asked for at any time. Throws a typed error for a number out of
 * range or arrays that don't fit `size`.
 */
export function batchOf(dataset: Points, options: BatchOptions): Points<Float64Array> {
  requireObject('dataset', dataset, ['inputs', 'targets', 'size']);
  requireKeys('options', options, ['seed', 'batchSize', 'step']);
  const { seed, batchSize, step } = options;
  const d = columnsOf(dataset);
  requireInteger('batchSize', batchSize, 1, dataset.size);
  requireInteger('step', step, 0, lastStep(batchSize));
  const inputs = new Float64Array(batchSize * d);
  const targets = new Float64Array(batchSize);
  const first = step * batchSize;
  for (let i = 0; i < batchSize; i++) {
    const epoch = Math.floor((first + i) / dataset.size);
    const source = epochOrder(dataset, seed, epoch)[(first + i) % dataset.size]!;
    inputs.set(dataset.inputs.subarray(source * d, (source + 1) * d), i * d);
    targets[i] = dataset.targets[source]!;
  }
  return { inputs, targets, size: batchSize };
}

/** Epochs are steps of a stream, and the number of points used so far must be a safe integer. */
function lastStep(batchSize: number): number {
  return Math.min(2 ** 32, Math.floor(Number.MAX_SAFE_INTEGER / batchSize)) - 1;
}

interface EpochOrder {
  readonly seed: number;
  readonly epoch: number;
  readonly order: Uint32Array;
}

/** The last order of each data set in use. It only saves time: the order is a function of (size, seed, epoch). */
const lastOrders = new WeakMap<Points, EpochOrder>();

function epochOrder(dataset: Points, seed: number, epoch: number): Uint32Array {
  const last = lastOrders.get(dataset);
  if (last?.seed === seed && last.epoch === epoch && last.order.length === dataset.size) {
    return last.order;
  }
  const order = permutation({ seed, stream: 'dataset/shuffle', epoch, size: dataset.size });
  lastOrders.set(dataset, { seed, epoch, order });
  return order;
}

function columnsOf({ inputs, targets, size }: Points): number {
  requireInteger('dataset.size', size, 1);
  const d = inputs?.length / size;
  if (Number.isInteger(d) && d >= 1 && targets?.length === size) return d;
  throw new ShapeError('must hold size rows of points and size targets', {
    field: 'dataset',
    value: `${inputs?.length} inputs and ${targets?.length} targets for size ${size}`,
    remedy: 'Pass inputs [size, d] row-major and targets [size].',
  });
}
