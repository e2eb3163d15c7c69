import { type Backend, type LossAndGradient, spanStep } from '@softmoe/backend';
import { type MoE, type Points, UnknownNameError, UnsupportedError } from '@softmoe/model';
import {
  requireFinite,
  requireInteger,
  requireKeys,
  requireModel,
  requireObject,
  requireSameFrame,
} from '@softmoe/model/checks';
import { batchOf, normals, sampleBatch } from '@softmoe/teacher';

/** Where an estimator's points come from: batches to learn from, and a sample to average second moments over. */
export interface Source {
  /** Loss and Euclidean gradient on the batch of that step. */
  batch(backend: Backend, model: MoE, step: number): Promise<LossAndGradient>;
  /** Points of the sample. */
  readonly size: number;
  /** The sample in parts, the same at every call. */
  parts(): Iterable<Points>;
}

/**
 * How a fresh batch is drawn: all numbers of its `inputs`, or what SGD sees of them, in the `span` of student and teacher,
 * docs/theory.md (54). The two are equal in law, step by step and for whole runs; the numbers are not the same.
 */
export type Sampling = 'inputs' | 'span';

const samplings: readonly string[] = ['inputs', 'span'] satisfies Sampling[];

/** Size, stream and noise of fresh batches, and the size of the sample. */
export interface FreshBatchesOptions {
  /** Points drawn for each step. */
  readonly batchSize: number;
  readonly seed: number;
  /** Name of the stream of points, 'train' by default. */
  readonly stream?: string;
  /** Standard deviation of the label noise, 0 by default. */
  readonly noise?: number;
  /** Default `inputs`. With `span` a step costs min(d, 2(m + k)) normals a point in place of d. */
  readonly sampling?: Sampling;
  /** Points that Gram data and curvature average over: those of the first steps of the stream. Default 65 536. */
  readonly sampleSize?: number;
}

/** A sample of at most this many numbers is kept from one call to the next, another one is drawn again. */
const KEPT = 2 ** 22;

/**
 * A fresh batch of the teacher's function at each step, docs/theory.md (20): unbiased for the population loss (plus half the
 * noise variance) and its gradient. A batch is a function of seed, stream and step alone. Uses the backend's fused
 * `onlineStep` or `spanStep` where it has one. Throws a typed error for options out of range or unknown.
 */
export function freshBatches(teacher: MoE, options: FreshBatchesOptions): Source {
  requireModel('teacher', teacher);
  requireKeys('options', options, [
    ...['batchSize', 'seed', 'stream', 'noise', 'sampling', 'sampleSize'],
  ]);
  const { batchSize, seed, stream = 'train', noise = 0, sampleSize = 65_536 } = options;
  const { sampling = 'inputs' } = options;
  requireInteger('batchSize', batchSize, 1);
  requireInteger('seed', seed, 0);
  requireFinite('noise', noise, 0);
  requireInteger('sampleSize', sampleSize, 1);
  requireSampling(sampling);
  const drawOf = (step: number, size: number) => ({ seed, stream, step, size, noise });
  const kept: Points[] = [];
  return {
    async batch(backend, model, step) {
      requireSameFrame('model', model, teacher);
      const draw = drawOf(step, batchSize);
      if (sampling === 'span') {
        return backend.spanStep
          ? backend.spanStep(model, teacher, draw)
          : spanStep(backend, model, teacher, draw, { batch: sampleBatch, normals });
      }
      return backend.onlineStep
        ? backend.onlineStep(model, teacher, draw)
        : backend.lossAndGradient(model, sampleBatch(teacher, draw));
    },
    size: sampleSize,
    *parts() {
      const keep = sampleSize * teacher.spec.inputDim <= KEPT;
      for (let step = 0; step * batchSize < sampleSize; step++) {
        const size = Math.min(batchSize, sampleSize - step * batchSize);
        const points = kept[step] ?? sampleBatch(teacher, drawOf(step, size));
        if (keep) kept[step] = points;
        yield points;
      }
    },
  };
}

/** Size and order of the batches of a fixed data set. */
export interface ShuffledBatchesOptions {
  /** Points of each step, at most the size of the data set. */
  readonly batchSize: number;
  /** Of the order in which the points are visited. */
  readonly seed: number;
  /** Inputs that are given have no span to be drawn in: only `inputs`. */
  readonly sampling?: Sampling;
}

/**
 * Batches of a fixed data set, which is shuffled anew each epoch; its sample is all of it. A batch is a function of seed and
 * step alone. Throws a typed error for options out of range or unknown.
 */
export function shuffledBatches(points: Points, options: ShuffledBatchesOptions): Source {
  requirePoints(points);
  requireKeys('options', options, ['batchSize', 'seed', 'sampling']);
  const { batchSize, seed, sampling } = options;
  requireGiven(sampling);
  requireInteger('batchSize', batchSize, 1, points.size);
  requireInteger('seed', seed, 0);
  return {
    ...fixedSample(points),
    batch: (backend, model, step) =>
      backend.lossAndGradient(model, batchOf(points, { seed, batchSize, step })),
  };
}

/**
 * All points of one fixed sample at every step, docs/theory.md (38). A teacher that labelled the points without noise is a
 * minimum of zero loss, as of the population loss; away from it the two differ by the error of sampling. Throws a typed
 * error for what is no sample, and for a sampling other than `inputs`.
 */
export function fixedSample(
  points: Points,
  options: Pick<ShuffledBatchesOptions, 'sampling'> = {},
): Source {
  requirePoints(points);
  requireKeys('options', options, ['sampling']);
  requireGiven(options.sampling);
  return {
    batch: (backend, model) => backend.lossAndGradient(model, points),
    size: points.size,
    parts: () => [points],
  };
}

/** A source as it is, or the points of a fixed sample as one. */
export function sourceOf(source: Source | Points): Source {
  const isSource = typeof (source as Partial<Source> | undefined)?.batch === 'function';
  return isSource ? (source as Source) : fixedSample(source as Points);
}

/** The whole sample of a source in one piece. */
export function samplePoints(source: Source): Points {
  const parts = [...source.parts()];
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const columns = first.inputs.length / first.size;
  const inputs = new Float64Array(source.size * columns);
  const targets = new Float64Array(source.size);
  let row = 0;
  for (const part of parts) {
    inputs.set(part.inputs, row * columns);
    targets.set(part.targets, row);
    row += part.size;
  }
  return { inputs, targets, size: source.size };
}

function requirePoints(points: Points): void {
  requireObject('points', points, ['inputs', 'targets', 'size']);
  requireInteger('points.size', points.size, 1);
}

function requireSampling(sampling: Sampling): void {
  if (samplings.includes(sampling)) return;
  throw new UnknownNameError('is not a way of sampling', {
    field: 'sampling',
    value: sampling,
    remedy: `Use one of ${samplings.join(', ')}.`,
  });
}

/** Throws where inputs that are given should be drawn in a span. */
function requireGiven(sampling: Sampling = 'inputs'): void {
  requireSampling(sampling);
  if (sampling === 'inputs') return;
  throw new UnsupportedError('needs inputs that are drawn, and these are given', {
    field: 'sampling',
    value: sampling,
    remedy: "Use sampling 'inputs', or the fresh batches of a teacher.",
  });
}
