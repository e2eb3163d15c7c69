import { KernelsValueError, requireInteger } from '../errors.ts';

/** Pairs of slopes, each to be multiplied with all of some pairs of coordinates. */
export interface PairsOf {
  /** The numbers of two slopes, [pairs, 2]. */
  readonly slopes: Int32Array;
  /** The numbers of two coordinates, [pairs, 2]. */
  readonly coordinates: Int32Array;
}

/**
 * Derivatives of a model by its parameters at the points of a sample, docs/theory.md (70). There are slopes of rows, then of as many
 * units as have amplitudes. The derivative by a row is its slope times the coordinates of the point; that by an amplitude is its
 * slope, which is the unit's output.
 */
export interface GaussNewtonProblem {
  /** Points of a block, a multiple of four. */
  readonly points: number;
  /** [blocks, slopes, points], zero where there is no point. */
  readonly slopes: Float64Array;
  /** Slopes of rows. */
  readonly rows: number;
  /** [blocks, wide, points]; the last of the `wide` coordinates is 1. */
  readonly coordinates: Float64Array;
  readonly wide: number;
  /** Coordinates from the first on that rows are multiplied with: all, or all but the last, which is for biases. */
  readonly paired: number;
  /** All pairs b ≤ c of rows with all pairs j ≤ k of those coordinates, both in order. */
  readonly byRows: PairsOf;
  /** Pairs of a unit's slope and one that is not after it, with the pairs of the last coordinate and each. */
  readonly byAmplitudes: PairsOf;
  /** u of the reflection I − uuᵀ of each row's derivatives, [rows, wide]; 0 for none. */
  readonly reflections: Float64Array;
  /** The place in the matrix of a slope's derivative by a coordinate, after the reflection, [slopes, wide]; −1 where it has none. */
  readonly places: Int32Array;
  /** Rows and columns of the matrix. */
  readonly dimension: number;
  /** What sums over the points are multiplied by. */
  readonly mean: number;
}

/** Numbers of slopes and of blocks. Throws a {@link KernelsValueError} for what does not fit together. */
export function sizesOf(problem: GaussNewtonProblem): { slopes: number; blocks: number } {
  const { points, rows, wide, paired, dimension, places } = problem;
  requireInteger('points', points, 4, 2 ** 20);
  if (points % 4 !== 0) throw misfit('points', points, 'Use a multiple of four.');
  requireInteger('rows', rows, 1, 2 ** 20);
  requireInteger('wide', wide, 2, 2 ** 20);
  requireInteger('paired', paired, wide - 1, wide);
  requireInteger('dimension', dimension, 1, 2 ** 15);
  const blocks = problem.coordinates.length / (wide * points);
  requireInteger('coordinates.length / (wide × points)', blocks, 1, 2 ** 30);
  const slopes = problem.slopes.length / (blocks * points);
  requireInteger('slopes.length / (blocks × points)', slopes, rows, 2 ** 20);
  requireLength('reflections', problem.reflections, rows * wide);
  requireLength('places', places, slopes * wide);
  requireBelow('places', places, -1, dimension);
  const { byRows, byAmplitudes } = problem;
  requireLength('byRows.slopes', byRows.slopes, rows * (rows + 1));
  requireLength('byRows.coordinates', byRows.coordinates, paired * (paired + 1));
  requireLength('byAmplitudes.coordinates', byAmplitudes.coordinates, 2 * wide);
  requireBelow('byRows.slopes', byRows.slopes, 0, rows);
  requireBelow('byRows.coordinates', byRows.coordinates, 0, paired);
  requireBelow('byAmplitudes.slopes', byAmplitudes.slopes, 0, slopes);
  requireBelow('byAmplitudes.coordinates', byAmplitudes.coordinates, 0, wide);
  return { slopes, blocks };
}

function requireLength(field: string, { length }: ArrayLike<number>, expected: number): void {
  if (length !== expected) throw misfit(field, length, `Give ${expected} numbers.`);
}

function requireBelow(field: string, numbers: Int32Array, least: number, end: number): void {
  const wrong = numbers.find((number) => number < least || number >= end);
  if (wrong !== undefined) throw misfit(field, wrong, `Give numbers from ${least} to ${end - 1}.`);
}

/** What is wrong about `field`, which has that value, or length. */
export function misfit(field: string, value: number, remedy: string): KernelsValueError {
  return new KernelsValueError('does not fit', { field, value, remedy });
}
