import { requireInteger } from '../errors.ts';
import { misfit } from './problem.ts';

/** Points of a sample and a model of sigmoid gates and GELU experts, of gates of their own, whose loss is differentiated. */
export interface PassProblem {
  /** Points of a block, a multiple of eight. */
  readonly points: number;
  /** Points that there are: in the last block there may be fewer. */
  readonly size: number;
  /** Rows of the routers, then of the experts, [2m, d], and amplitudes, [m]. */
  readonly rows: Float64Array;
  readonly amplitude: Float64Array;
  /** [blocks, d + 1, points], the last of the coordinates 1; zero where there is no point. */
  readonly coordinates: Float64Array;
  /** y, [size]. */
  readonly targets: ArrayLike<number>;
  /** What residuals are divided by to weigh their points. */
  readonly divisor: number;
  /** Added to: the gradient of Σ (f − y)²/(2 divisor) by `rows`, [2m, d], then by the amplitudes, [m]. */
  readonly sums: Float64Array;
  /** Filled with f − y, [size]. */
  readonly residuals: Float64Array;
  /** Filled with ∂f by the logits of router 1 … m and expert 1 … m, then the unit outputs, [blocks, 3m, points]; zero where there is no point. */
  readonly slopes: Float64Array;
}

/** m, d and the number of blocks. Throws a `KernelsValueError` for what does not fit together. */
export function passSizes(problem: PassProblem): {
  units: number;
  inputDim: number;
  blocks: number;
} {
  const { points, size, rows, amplitude, coordinates, targets, sums, residuals, slopes } = problem;
  requireInteger('points', points, 8, 2 ** 20);
  if (points % 8 !== 0) throw misfit('points', points, 'Use a multiple of eight.');
  requireInteger('size', size, 1, 2 ** 30);
  const blocks = Math.ceil(size / points);
  const units = amplitude.length;
  requireInteger('amplitude.length', units, 1, 2 ** 20);
  const inputDim = rows.length / (2 * units);
  requireInteger('rows.length / 2m', inputDim, 1, 2 ** 20);
  const lengths = {
    coordinates: [coordinates, blocks * (inputDim + 1) * points],
    targets: [targets, size],
    sums: [sums, rows.length + units],
    residuals: [residuals, size],
    slopes: [slopes, blocks * 3 * units * points],
  } as const;
  for (const [field, [{ length }, expected]] of Object.entries(lengths)) {
    if (length !== expected) throw misfit(field, length, `Give ${expected} numbers.`);
  }
  return { units, inputDim, blocks };
}
