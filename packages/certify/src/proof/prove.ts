import { type MoE, ValueError } from '@softmoe/model';
import { requireFinite, requireInteger, requireKeys, requireModel } from '@softmoe/model/checks';
import { complete, type Steps } from '@softmoe/model/linalg';
import {
  type Ball,
  type BallInputs,
  contractionBall,
  contractionFactor,
} from './contraction-ball.ts';
import { largestEigenvalueBound, leastEigenvalueBound } from './eigenvalue-bounds.ts';
import type { GateEnclosure } from './gate-enclosures.ts';
import { encloseHessian } from './hessian-enclosure.ts';
import { distanceToImage, type TeacherImage } from './image.ts';
import { down, up } from './interval.ts';
import { workOf } from './proof-cost.ts';
import { notContracting, notCurved, type ProofFailure, tooFar } from './proof-failure.ts';
import { subjectOf } from './proof-subject.ts';
import { spanFrame } from './span-frame.ts';
import { secondDerivativeBound } from './unit-bounds.ts';

/**
 * What is proved of gradient descent near a teacher, docs/theory.md (66): in the ball of that radius around the image there is
 * exactly one critical point of the loss, the image itself, and from every start in it each step with η in `steps` brings the
 * distance down at least by the factor `rate`. The student lies in the ball.
 */
export interface Proof {
  /** In Euclidean length over all parameters, as `distance` is. */
  readonly radius: number;
  /** The factor of the distance per step at the edge of the ball, for the slowest step of the range: below 1, and close to it. */
  readonly rate: number;
  /** That factor at the student's own distance, from which on every step brings the distance down at least by it. */
  readonly rateHere: number;
  /** Of the student from the image, rounded up. */
  readonly distance: number;
  /**
   * Every η between them is proved, not one: descent halves its step and chooses it anew from the spectrum. Up to just above
   * 2/(μ + λ_max) where the student is near enough, and else up to 1.25/λ_max, for which the ball is several times as large.
   */
  readonly steps: readonly [least: number, most: number];
  readonly image: TeacherImage;
  /** Of the point where fine-tuning began, where that was given. */
  readonly start?: ProofStart;
}

/** What is proved of the student that fine-tuning began with. */
export interface ProofStart extends Ball {
  /** Of the start from the image of the teacher nearest to it, rounded up. */
  readonly distance: number;
  /** Whether it lies in the ball, so that descent is proved from there on; else the ball is the largest there is. */
  readonly proved: boolean;
}

/** A proof or the reason why there is none: one of the two is null. */
export type ProofResult =
  | { readonly proof: Proof; readonly proofFailure: null }
  | { readonly proof: null; readonly proofFailure: ProofFailure };

/** What {@link prove} may be told. */
export interface ProofOptions {
  /**
   * Step lengths the proof has to hold for. Default: from ½/λ_max to just above 2/(μ + λ_max), which descent takes near a
   * minimum, or where the student is too far for them to 1.25/λ_max, which is above the 1/λ_max that it takes elsewhere.
   */
  readonly steps?: readonly [least: number, most: number] | undefined;
  /** The student that fine-tuning began with, of which the proof then tells as well whether it is covered. */
  readonly start?: MoE | undefined;
  /** Teachers of more units are not attempted. Default 16: the cost grows like k⁶. */
  readonly maxUnits?: number | undefined;
  /** d, where the models are in span coordinates of fewer, as for `certify`. Default: the models' own. */
  readonly inputDim?: number | undefined;
}

const MAX_UNITS = 16;
/** The steps go up to 2/(λ_max + ROOM·μ): the spectrum at an iterate is not quite that at the teacher. */
const ROOM = 0.95;
/** Or up to SHORT/λ_max: longer steps need a smaller ball, since they nearly overshoot along the steepest direction. */
const SHORT = 1.25;

/**
 * Proves, by arithmetic with outward rounding, that gradient descent on the exact population loss from `student` converges to
 * the teacher, or tells which inequality fails. Both are taken with their rows divided by their lengths. Throws a typed error for
 * what is no model and for models of different kinds.
 */
export function prove(student: MoE, teacher: MoE, options: ProofOptions = {}): ProofResult {
  return complete(proofSteps(student, teacher, options));
}

/** What {@link prove} does in pieces of well under a second, each with the percentage of the whole that is done. */
export function* proofSteps(
  student: MoE,
  teacher: MoE,
  options: ProofOptions = {},
): Steps<ProofResult> {
  requireModel('student', student);
  requireModel('teacher', teacher);
  requireKeys('options', options, ['steps', 'maxUnits', 'inputDim', 'start']);
  const { maxUnits = MAX_UNITS, steps, inputDim = teacher.spec.inputDim, start } = options;
  requireInteger('options.maxUnits', maxUnits, 1);
  requireInteger('options.inputDim', inputDim, teacher.spec.inputDim);
  if (steps !== undefined) requireSteps(steps);
  if (start !== undefined) requireStart(start, student);
  const subject = subjectOf(student, teacher, maxUnits);
  if ('reason' in subject) return failure(subject);
  const { gate, eta } = subject;
  const { image, distance } = distanceToImage(student, teacher);

  const constants = yield* constantsOf(teacher, gate, eta, inputDim);
  const { mu, lambdaMax } = constants;
  if (!(mu > 0)) return failure(notCurved(mu));
  const ranges = steps ? ([steps] as const) : rangesOf(constants);
  const balls = ranges.flatMap((range) => contractionBall(constants, range) ?? []);
  if (balls.length === 0) return failure(notContracting(ranges[0], mu, lambdaMax));
  const { ball, proved } = ballAround(balls, distance);
  if (!proved) return failure(tooFar(distance, ball.radius));
  const rateHere = Math.max(
    ...ball.steps.map((step) => contractionFactor(constants, step, distance)),
  );
  const proof = { ...ball, rateHere, distance, image };
  if (!start) return { proof, proofFailure: null };
  return { proof: { ...proof, start: startOf(start, teacher, balls) }, proofFailure: null };
}

/** The ranges of steps that are tried, the widest first. */
function rangesOf({ mu, lambdaMax }: BallInputs): readonly [Ball['steps'], Ball['steps']] {
  const least = down(0.5 / lambdaMax);
  const most = up(2 / (lambdaMax + ROOM * mu));
  return [
    [least, most],
    [least, Math.min(most, SHORT / lambdaMax)],
  ];
}

/** The ball of most steps that reaches `distance`, or the largest. */
function ballAround(balls: readonly Ball[], distance: number) {
  const found = balls.find(({ radius }) => distance < radius);
  const largest = balls.reduce((x, y) => (y.radius > x.radius ? y : x));
  return { ball: found ?? largest, proved: found !== undefined };
}

function startOf(start: MoE, teacher: MoE, balls: readonly Ball[]): ProofStart {
  const { distance } = distanceToImage(start, teacher);
  const { ball, proved } = ballAround(balls, distance);
  return { ...ball, distance, proved };
}

/** What (66) follows from, but for the steps: μ may be anything, −∞ included. Yields percents. */
export function* constantsOf(
  teacher: MoE,
  gate: GateEnclosure,
  eta: readonly number[],
  inputDim: number,
): Steps<BallInputs> {
  const degree = eta.findLastIndex((c) => c !== 0);
  const { experts: k } = teacher.spec;
  const amplitudes = teacher.params.amplitude.data;
  const work = workOf(k, teacher.spec.inputDim);
  const frame = yield* told(spanFrame(teacher, inputDim), (rows) =>
    work.percent((work.frame * rows) / (8 * k)),
  );
  const moments = gate.moments(2 * degree + 2);
  const { span, complement } = yield* told(
    encloseHessian(frame, eta, moments, amplitudes),
    (pairs) => work.percent(work.frame + work.pairs * (pairs / k ** 2)),
  );
  const before = work.frame + work.pairs;
  const factorised = (rows: number) => Math.floor(rows / span.size) + ((rows / span.size) % 1) ** 3;
  const least = yield* told(leastEigenvalueBound(span), (rows) =>
    work.percent(before + work.factor * Math.min(2, factorised(rows))),
  );
  const largest = yield* told(largestEigenvalueBound(span), (rows) =>
    work.percent(before + work.factor * (2 + factorised(rows))),
  );
  return {
    mu: complement ? Math.min(least, complete(leastEigenvalueBound(complement))) : least,
    lambdaMax: complement
      ? Math.max(largest, complete(largestEigenvalueBound(complement)))
      : largest,
    amplitude: Math.max(...amplitudes.map(Math.abs)),
    secondDerivative: secondDerivativeBound(gate.bounds, eta),
  };
}

/** Steps that yield what `percent` makes of their numbers. */
function* told<Result>(steps: Steps<Result>, percent: (done: number) => number): Steps<Result> {
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
    yield percent(value);
  }
}

function requireSteps(steps: readonly number[]): void {
  const [least = Number.NaN, most = Number.NaN] = Array.isArray(steps) ? steps : [];
  requireFinite('options.steps[0]', least, Number.MIN_VALUE);
  requireFinite('options.steps[1]', most, least);
}

function requireStart(start: MoE, { spec }: MoE): void {
  requireModel('options.start', start);
  const { experts } = start.spec;
  if (experts === spec.experts) return;
  throw new ValueError(`must have the student's ${spec.experts} units`, {
    field: 'options.start',
    value: experts,
    remedy: 'Give the student that fine-tuning began with, after pruning.',
  });
}

function failure(proofFailure: ProofFailure): ProofResult {
  return { proof: null, proofFailure };
}
