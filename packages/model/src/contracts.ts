import type { Inputs } from './blocks.ts';
import type { NDArray } from './ndarray.ts';
import type { MoE, Params } from './spec.ts';

/** Labelled points, drawn or measured: `inputs` [size, d] row-major and `targets` [size]. */
export interface Points<Numbers extends Inputs = Inputs> {
  readonly inputs: Numbers;
  readonly targets: Numbers;
  readonly size: number;
}

/**
 * Points to be drawn: x ~ N(0, I_d) from step `step` of the stream named `stream`, labelled by a teacher, plus normal noise of
 * standard deviation `noise`. The same names give the same numbers everywhere and for ever, docs/theory.md (35) and (36).
 */
export interface Draw {
  /** A whole number from 0 to 2⁵³ − 1. */
  readonly seed: number;
  /** A name; streams of different names are independent. */
  readonly stream: string;
  /** A whole number from 0 to 2³² − 1. */
  readonly step: number;
  /** Number of points, at least 1. */
  readonly size: number;
  /** Of the labels, 0 by default. */
  readonly noise?: number;
}

/** A loss to minimise over models of one spec. */
export interface Objective {
  /**
   * Loss and Riemannian gradient at `model`: the gradient is projected on the tangent of each parameter's manifold.
   * `step` counts from 0 and selects the batch of a stochastic objective; an exact one ignores it.
   */
  evaluate(model: MoE, step: number): Promise<{ loss: number; gradient: Params }>;
}

/** An objective that draws nothing: it is the same at every step, so that none need be named. */
export interface ExactObjective extends Objective {
  evaluate(model: MoE, step?: number): Promise<{ loss: number; gradient: Params }>;
}

/** Second moments of unit outputs, amplitudes left out: all that pruning needs, docs/theory.md (12). */
export interface Gram {
  /** E[u_i u_l], [m, m]. */
  readonly students: NDArray;
  /** E[u_i y] with the target y, [m]. */
  readonly cross: NDArray;
  /** E[y²]. */
  readonly target: number;
}

/** A symmetric matrix of second derivatives and its Gauss–Newton part, of the same size. */
export interface Blocks {
  readonly hessian: NDArray;
  readonly gaussNewton: NDArray;
}

/**
 * The Riemannian Hessian of a loss on all tangent directions and its Gauss–Newton part, as products, split by symmetry,
 * docs/theory.md (15), (16) and (45) to (48). Inside span{V, W, V*, W*} a product takes and gives tangent vectors at `student`;
 * parts of a direction that are normal to the spheres are dropped. Eigenvalues are the consumer's business.
 */
export interface Curvature {
  /** Number of tangent directions inside the span: that of the coordinates of `toTangentCoordinates` at `student`. */
  readonly dimension: number;
  /** The model that this is the curvature at, in coordinates of `basis`. */
  readonly student: MoE;
  /** The Hessian times a direction inside the span, in coordinates of `basis`. */
  apply(direction: Params): Params;
  /** The Gauss–Newton matrix times a direction inside the span, in coordinates of `basis`. */
  gaussNewton(direction: Params): Params;
  /**
   * What both are as matrices [dimension, dimension] in tangent coordinates, where the estimator has them at hand:
   * `denseCurvature` forms them by products elsewhere.
   */
  readonly span?: Blocks;
  /**
   * The x with (N + shift·I) x = rhs for the Gauss–Newton matrix N inside the span, in tangent coordinates, [dimension]; undefined
   * unless N + shift·I is positive definite to rounding. Present where the estimator has a faster way than to factor `span`.
   */
  solve?(shift: number, rhs: Float64Array): Float64Array | undefined;
  /** Directions orthogonal to the span: [2m, 2m] over (router 1 … m, expert 1 … m), the same for each of d − r. */
  readonly complement: Blocks;
  /** d − r. */
  readonly multiplicity: number;
  /** Orthonormal rows that span {V, W, V*, W*}, [r, d]. */
  readonly basis: NDArray;
  /** What the first use of the Hessian would compute at once, in pieces; absent where that is nothing. */
  prepare?(): Steps<void>;
  /** Where the curvature is an estimate; absent where it is exact to rounding. */
  readonly estimate?: CurvatureEstimate;
}

/**
 * A long computation in pieces of well under a second: it yields how far it has come, in numbers of its own, and returns what it
 * computes. `complete` takes it to its end at once, `paced` with pauses in which others get their turn.
 */
export type Steps<Result> = Generator<number, Result, void>;

/** What a long computation does between two of its results, and how far it has come. */
export interface Work {
  /** Second derivatives at a point, an end of their spectrum, a step of a method that solves linear systems, or a proof. */
  readonly task: 'curvature' | 'spectrum' | 'step' | 'proof';
  /** Of a spectrum or a step: products with the curvature so far; of a proof: percent of it. */
  readonly done: number;
}

/** How long computations are followed and stopped from outside. */
export interface Watch {
  /** Once aborted, the computation throws the signal's reason, well within a second. */
  readonly signal?: AbortSignal | undefined;
  /** Called a few times a second with what is going on. */
  readonly onWork?: ((work: Work) => void) | undefined;
}

/**
 * What is known of the mean squared error to a target, loss and derivatives alike: exactly, or as estimated from points.
 * Training, pruning, fine-tuning and the certificate ask nothing else.
 */
export interface Estimator {
  readonly objective: Objective;
  /** Second moments of the unit outputs of `model`. */
  gram(model: MoE): Promise<Gram>;
  /** Second derivatives of the objective at `model`. */
  curvature(model: MoE, watch?: Watch): Promise<Curvature>;
  /** Whether all three are exact to rounding, so that no sample stands between them and the population. */
  readonly exact: boolean;
}

/** One iterate of a run, with the Riemannian gradient there. */
export interface TrailPoint {
  /** Steps taken before it. */
  readonly step: number;
  readonly point: Params;
  readonly gradient: Params;
}

/** How well estimated second derivatives are known. */
export interface CurvatureEstimate {
  /** Estimate of the error, in the spectral norm, of the matrices as second derivatives of the objective. */
  readonly error: number;
  /**
   * One standard error of x·Hx for a unit vector x in the coordinates of that block, as an estimate of the population's by
   * the sample that the objective averages over. Absent where the objective is no average over a sample.
   */
  readonly standardError?: (block: 'span' | 'complement', vector: Float64Array) => number;
}
