import {
  type Curvature,
  type Estimator,
  type MoE,
  type NDArray,
  ShapeError,
  ValueError,
  type Watch,
} from '@softmoe/model';
import {
  type Blocks,
  complete,
  DENSE_LIMIT,
  denseCurvature,
  type Eigenpair,
  lanczosSteps,
  matrixSize,
  paced,
  type Steps,
  scale,
  scaleOf,
  spanProduct,
  timesVector,
} from '@softmoe/model/linalg';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Up to which size a spectrum is computed whole, and how exactly its ends are otherwise. */
export interface SpectrumOptions {
  /** Largest size for the dense decomposition. Default 300. */
  readonly denseLimit?: number;
  /** Residual asked of Lanczos, relative to the largest |eigenvalue|. Default 1e-10. */
  readonly tolerance?: number;
}

/** The ends of the spectrum of a Riemannian Hessian (or of its Gauss–Newton part) on the whole tangent space. */
export interface Spectrum {
  /** λ_min: positive at a minimum that is isolated up to symmetry. */
  readonly mu: number;
  readonly lambdaMax: number;
  /**
   * Estimate of the errors of both: rounding of the dense decomposition, or the larger residual of Lanczos, which bounds the
   * distance to some eigenvalue and leaves unproved that none lies beyond.
   */
  readonly error: number;
  readonly span: Block;
  /** The block orthogonal to span{V, W, V*, W*}; absent when that span is the whole space. */
  readonly complement?: Block;
  /** Dimension of the tangent space: span.size + complement.size · complement.multiplicity. */
  readonly dimension: number;
}

/** One block of a {@link Spectrum}: eigenvalues of one matrix, each with its multiplicity. */
export interface Block {
  readonly size: number;
  /** How often each eigenvalue of the block occurs. */
  readonly multiplicity: number;
  /** Eigenvalues ascending with their vectors: all of them, or from Lanczos the first and the last. */
  readonly pairs: readonly Eigenpair[];
}

/** Which matrix a spectrum is of, and of how many dimensions. */
export interface SpectrumChoice extends SpectrumOptions {
  /** How many dimensions the coordinates of the model leave out, which count for the complement. Default 0. */
  readonly hidden?: number;
}

/** {@link spectrumSteps} without a pause: for small sizes, proofs and tests. */
export function spectrumOf(
  curvature: Curvature,
  which: keyof Blocks = 'hessian',
  options: SpectrumChoice = {},
): Spectrum {
  return complete(spectrumSteps(curvature, which, options));
}

/**
 * μ and λ_max of `curvature` over its span and complement blocks together, docs/theory.md (15) and (30): whole up to the dense
 * limit, by Lanczos on products above it. Yields products so far. A model in span coordinates stands for one in more dimensions,
 * of which `hidden` says how many.
 */
export function* spectrumSteps(
  curvature: Curvature,
  which: keyof Blocks = 'hessian',
  { hidden = 0, ...options }: SpectrumChoice = {},
): Steps<Spectrum> {
  const multiplicity = curvature.multiplicity + hidden;
  if (multiplicity > 0) requireComplement(curvature, multiplicity);
  if (which === 'hessian' && curvature.prepare) yield* curvature.prepare();
  const span: Block = {
    size: curvature.dimension,
    multiplicity: 1,
    pairs: yield* spanPairs(curvature, which, options),
  };
  const outside = curvature.complement[which];
  const complement = multiplicity > 0 && {
    size: matrixSize(outside).rows,
    multiplicity,
    pairs: yield* matrixPairs(outside, options),
  };
  const blocks = complement ? [span, complement] : [span];
  const ends = blocks.flatMap(({ pairs }) => [pairs[0]!, pairs.at(-1)!]);
  return {
    mu: Math.min(...ends.map(({ value }) => value)),
    lambdaMax: Math.max(...ends.map(({ value }) => value)),
    error: Math.max(...ends.map(({ error }) => error)),
    span,
    ...(complement ? { complement } : {}),
    dimension: blocks.reduce((sum, block) => sum + block.size * block.multiplicity, 0),
  };
}

/** Only the two ends are needed, to a few digits. */
const STEP_SPECTRUM = { denseLimit: 48, tolerance: 1e-4 };

/**
 * A function that gives both ends of the spectrum of `estimator`'s Hessian at a model, to the few digits that the step of
 * `gradientDescent` asks for: above size 48 by Lanczos, to residuals of 1e-4 of the largest eigenvalue.
 */
export function spectrumEnds(
  estimator: Pick<Estimator, 'curvature'>,
): (model: MoE, watch?: Watch) => Promise<Pick<Spectrum, 'mu' | 'lambdaMax'>> {
  return async (model, watch) => {
    const curvature = await estimator.curvature(model, watch);
    return paced('spectrum', spectrumSteps(curvature, 'hessian', STEP_SPECTRUM), watch);
  };
}

/** Curvature in all coordinates that a model has leaves nothing for a complement. */
function requireComplement({ complement }: Curvature, multiplicity: number): void {
  if (matrixSize(complement.gaussNewton).rows > 0) return;
  throw new ShapeError(
    `says nothing of the ${multiplicity} dimensions that the coordinates leave out`,
    {
      field: 'curvature.complement',
      value: [0, 0],
      remedy: 'Fine-tune in all input dimensions, or use curvature that has a complement.',
    },
  );
}

/** Eigenpairs of the span part, by its matrix where there is one or it is small. */
function* spanPairs(
  curvature: Curvature,
  which: keyof Blocks,
  options: SpectrumOptions,
): Steps<readonly Eigenpair[]> {
  const { span, dimension } = curvature;
  const { denseLimit = DENSE_LIMIT, tolerance } = options;
  if (span || dimension <= denseLimit) {
    return yield* matrixPairs(denseCurvature(curvature)[which], options);
  }
  const times = spanProduct(curvature, which);
  // One product more tells whether the numbers are near an end of float64.
  const factor = scaleOf(times(new Float64Array(dimension).fill(1)));
  if (factor === 1) return yield* lanczosEnds(times, dimension, tolerance);
  const scaled = (x: Float64Array) => {
    const image = times(x);
    scale(factor, image);
    return image;
  };
  return backFrom(factor, yield* lanczosEnds(scaled, dimension, tolerance));
}

/**
 * Eigenpairs of a symmetric matrix, ascending: all of them up to `denseLimit`, above it the first and the last. A matrix of
 * numbers near an end of float64 is decomposed at another scale.
 */
export function eigenpairs(matrix: NDArray, options: SpectrumOptions = {}): readonly Eigenpair[] {
  return complete(matrixPairs(matrix, options));
}

function* matrixPairs(
  matrix: NDArray,
  { denseLimit = DENSE_LIMIT, tolerance }: SpectrumOptions,
): Steps<readonly Eigenpair[]> {
  const { rows: n } = matrixSize(matrix);
  const factor = scaleOf(matrix.data);
  const scaled = factor === 1 ? matrix : { ...matrix, data: matrix.data.map((x) => x * factor) };
  const pairs =
    n <= denseLimit
      ? denseEigenpairs(scaled)
      : yield* lanczosEnds((x) => timesVector(scaled, x), n, tolerance);
  return factor === 1 ? pairs : backFrom(factor, pairs);
}

/** The eigenpairs of a matrix from those of `factor` times it. */
function backFrom(factor: number, pairs: readonly Eigenpair[]): readonly Eigenpair[] {
  return pairs.map(({ value, error, vector }) => ({
    value: value / factor,
    error: error / factor,
    vector,
  }));
}

function* lanczosEnds(
  times: (x: Float64Array) => Float64Array,
  n: number,
  tolerance = 1e-10,
): Steps<readonly Eigenpair[]> {
  const { min, max } = yield* lanczosSteps(times, n, { tolerance });
  return [min, max];
}

function denseEigenpairs(matrix: NDArray): readonly Eigenpair[] {
  const { rows: n, columns } = matrixSize(matrix);
  if (n === 0 || n !== columns) {
    throw new ShapeError('must be a square matrix', {
      field: 'matrix.shape',
      value: [...matrix.shape],
      remedy: 'Pass a symmetric [n, n] array.',
    });
  }
  const bad = matrix.data.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw new ValueError('must hold finite numbers', {
      field: 'matrix',
      value: matrix.data[bad],
      remedy: 'Look for NaN in the point at which the matrix was evaluated.',
    });
  }
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
    Matrix.from1DArray(n, n, withoutTiny(matrix.data)),
    { assumeSymmetric: true },
  );
  const norm = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // The decomposition is backward stable: eigenvalues move by a modest multiple of ε‖A‖.
  const error = 4 * n * Number.EPSILON * norm;
  return values
    .map((value, i) => ({ value, error, vector: Float64Array.from(vectors.getColumn(i)) }))
    .sort((a, b) => a.value - b.value);
}

/** Entries far below rounding of the largest become 0: next to subnormal ones the library's QL divides by zero. */
function withoutTiny(data: Float64Array): number[] {
  const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const tiny = Math.max(Number.EPSILON ** 2 * largest, 1e-290);
  return Array.from(data, (x) => (Math.abs(x) <= tiny ? 0 : x));
}
