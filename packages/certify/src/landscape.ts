import type { Curvature, MoE, NDArray, Params } from '@softmoe/model';
import {
  axpy,
  dot,
  type Eigenpair,
  fromTangentCoordinates,
  matrixSize,
  norm,
  row,
  rowProducts,
  type Steps,
  scale,
} from '@softmoe/model/linalg';
import { type Block, type SpectrumChoice, spectrumSteps } from './spectrum.ts';

/** An eigenvalue of at most this share of λ_max in size is that of a flat direction. */
const FLAT = 1e-4;
/** Residual asked of Lanczos: the signs and the first digits are what a landscape is looked at for. */
const TOLERANCE = 1e-6;

/** The Hessian of the loss at a point, docs/theory.md (15), as far as it tells a minimum from a saddle. */
export interface Landscape {
  readonly lowest: number;
  readonly highest: number;
  /** Estimate of the errors of both. */
  readonly error: number;
  /** Number of directions that lead down: eigenvalues below −ε, ε = 1e-4 of the highest; null where there are too many to count. */
  readonly index: number | null;
  /** Number of eigenvalues of at most ε in size; null where there are too many to count. */
  readonly flat: number | null;
  /** Where the lowest direction points; null where it is no direction that leads down, or leads out of the span. */
  readonly toward: Toward | null;
}

/** The unit of a teacher that a direction points to more than to any other. */
export interface Toward {
  /** Number of the teacher's unit, from 1 on. */
  readonly teacherExpert: number;
  /** Share of the direction, in [0, 1], that turns routers and experts of the student towards those of that unit, or away. */
  readonly share: number;
  /** That share for each unit of the teacher. */
  readonly shares: readonly number[];
}

/**
 * The landscape at the point of `curvature`: the ends of the spectrum by `spectrumSteps`, and all of it up to 300 directions in the
 * span. `teacher` is in the coordinates that the curvature was asked in.
 */
export function* landscapeSteps(
  curvature: Curvature,
  teacher: MoE,
  { tolerance = TOLERANCE, ...options }: SpectrumChoice = {},
): Steps<Landscape> {
  const { span, complement, mu, lambdaMax, error } = yield* spectrumSteps(curvature, 'hessian', {
    ...options,
    tolerance,
  });
  const blocks = complement ? [span, complement] : [span];
  const epsilon = FLAT * Math.max(Math.abs(lambdaMax), Math.abs(mu));
  const whole = blocks.every(({ pairs, size }) => pairs.length === size);
  const count = (is: (value: number) => boolean) =>
    whole ? blocks.reduce((sum, block) => sum + countIn(block, is), 0) : null;
  const [first] = span.pairs;
  return {
    lowest: mu,
    highest: lambdaMax,
    error,
    index: count((value) => value < -epsilon),
    flat: count((value) => Math.abs(value) <= epsilon),
    toward:
      first && first.value === mu && mu < -epsilon ? towardOf(curvature, teacher, first) : null,
  };
}

function countIn({ pairs, multiplicity }: Block, is: (value: number) => boolean): number {
  return multiplicity * pairs.filter(({ value }) => is(value)).length;
}

function towardOf(
  { student, basis }: Curvature,
  { params, spec }: MoE,
  { vector }: Eigenpair,
): Toward {
  const direction = fromTangentCoordinates(student, vector);
  const squares = (['router', 'expert'] as const).map((name) =>
    turns(student.params, direction, rowProducts(params[name], basis), name),
  );
  const shares = Array.from({ length: spec.experts }, (_, j) =>
    squares.reduce((sum, each) => sum + (each[j] ?? 0), 0),
  );
  const share = Math.max(...shares);
  return { teacherExpert: shares.indexOf(share) + 1, share, shares };
}

/** For each row of `targets`, the square of the part of `direction` that turns rows towards it, or away from it. */
function turns(
  params: Params,
  direction: Params,
  targets: NDArray,
  name: 'router' | 'expert',
): number[] {
  const { rows: units } = matrixSize(params[name]);
  return Array.from({ length: matrixSize(targets).rows }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < units; i++) {
      const point = row(params[name], i);
      const turn = Float64Array.from(row(targets, j));
      axpy(-dot(point, turn) / dot(point, point), point, turn);
      const length = norm(turn);
      if (length === 0) continue;
      scale(1 / length, turn);
      sum += dot(turn, row(direction[name], i)) ** 2;
    }
    return sum;
  });
}
