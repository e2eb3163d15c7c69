import type { MoE } from '@softmoe/model';
import {
  expertOf,
  gateOf,
  requireFinite,
  requireInteger,
  requireKeys,
  requireModel,
} from '@softmoe/model/checks';
import { type BallInputs, contractionBall } from './contraction-ball.ts';
import { largestEigenvalueBound, leastEigenvalueBound } from './eigenvalue-bounds.ts';
import { type GateEnclosure, gateEnclosure } from './gate-enclosures.ts';
import { encloseHessian } from './hessian-enclosure.ts';
import { distanceToImage, type TeacherImage } from './image.ts';
import { down, up } from './interval.ts';
import { spanFrame } from './span-frame.ts';
import { unitBounds } from './unit-bounds.ts';

/**
 * What is proved of gradient descent near a teacher, docs/theory.md (66): in the ball of that radius around the image there is
 * exactly one critical point of the loss, the image itself, and from every start in it each step with η in `steps` brings the
 * distance down at least by the factor `rate`. The student lies in the ball.
 */
export interface Proof {
  /** In Euclidean length over all parameters, as `distance` is. */
  readonly radius: number;
  /** The factor of the distance per step at the edge of the ball, for the slowest step of the range: below 1. */
  readonly rate: number;
  /** Of the student from the image, rounded up. */
  readonly distance: number;
  /** Every η between them is proved, not one: descent halves its step and chooses it anew from the spectrum. */
  readonly steps: readonly [least: number, most: number];
  readonly image: TeacherImage;
}

/** Why there is no proof. */
export interface ProofFailure {
  readonly reason:
    | 'not-attempted'
    | 'size'
    | 'routing'
    | 'gate'
    | 'expert'
    | 'curvature'
    | 'contraction'
    | 'distance';
  /** The inequality that does not hold, or the condition that is not met. */
  readonly inequality: string;
  /** What its left side exceeds its right side by; null where that is no number. */
  readonly excess: number | null;
  /** What would mend it. */
  readonly remedy: string;
}

/** A proof or the reason why there is none: one of the two is null. */
export type ProofResult =
  | { readonly proof: Proof; readonly proofFailure: null }
  | { readonly proof: null; readonly proofFailure: ProofFailure };

/** What {@link prove} may be told. */
export interface ProofOptions {
  /** Step lengths the proof has to hold for. Default: from ½/λ_max to just above 2/(μ + λ_max), which descent takes. */
  readonly steps?: readonly [least: number, most: number] | undefined;
  /** Teachers of more units are not attempted. Default 16: the cost grows like k⁶. */
  readonly maxUnits?: number | undefined;
  /** d, where the models are in span coordinates of fewer, as for `certify`. Default: the models' own. */
  readonly inputDim?: number | undefined;
}

const MAX_UNITS = 16;
/** The steps go up to 2/(λ_max + ROOM·μ): the spectrum at an iterate is not quite that at the teacher. */
const ROOM = 0.95;

/**
 * Proves, by arithmetic with outward rounding, that gradient descent on the exact population loss from `student` converges to
 * the teacher, or tells which inequality fails. Both are taken with their rows divided by their lengths. Throws a typed error for
 * what is no model and for models of different kinds.
 */
export function prove(student: MoE, teacher: MoE, options: ProofOptions = {}): ProofResult {
  requireModel('student', student);
  requireModel('teacher', teacher);
  requireKeys('options', options, ['steps', 'maxUnits', 'inputDim']);
  const { maxUnits = MAX_UNITS, steps, inputDim = teacher.spec.inputDim } = options;
  requireInteger('options.maxUnits', maxUnits, 1);
  requireInteger('options.inputDim', inputDim, teacher.spec.inputDim);
  if (steps !== undefined) requireSteps(steps);
  const subject = subjectOf(student, teacher, maxUnits);
  if ('reason' in subject) return { proof: null, proofFailure: subject };
  const { gate, eta } = subject;
  const { image, distance } = distanceToImage(student, teacher);

  const constants = constantsOf(teacher, gate, eta, inputDim);
  const { mu, lambdaMax } = constants;
  if (!(mu > 0)) return failure(notCurved(mu));
  const range = steps ?? [down(0.5 / lambdaMax), up(2 / (lambdaMax + ROOM * mu))];
  const ball = contractionBall({ ...constants, steps: range });
  if (!ball) return failure(notContracting(range, mu, lambdaMax));
  if (!(distance < ball.radius)) return failure(tooFar(distance, ball.radius));
  return { proof: { ...ball, distance, steps: range, image }, proofFailure: null };
}

/** What (66) follows from, but for the steps: μ may be anything, −∞ included. */
export function constantsOf(
  teacher: MoE,
  gate: GateEnclosure,
  eta: readonly number[],
  inputDim: number,
): Omit<BallInputs, 'steps'> {
  const degree = eta.findLastIndex((c) => c !== 0);
  const amplitudes = teacher.params.amplitude.data;
  const { span, complement } = encloseHessian(
    spanFrame(teacher, inputDim),
    eta,
    gate.moments(2 * degree + 2),
    amplitudes,
  );
  const blocks = complement ? [span, complement] : [span];
  return {
    mu: Math.min(...blocks.map(leastEigenvalueBound)),
    lambdaMax: Math.max(...blocks.map(largestEigenvalueBound)),
    amplitude: Math.max(...amplitudes.map(Math.abs)),
    units: unitBounds(gate.bounds, eta),
  };
}

function requireSteps(steps: readonly number[]): void {
  const [least = Number.NaN, most = Number.NaN] = Array.isArray(steps) ? steps : [];
  requireFinite('options.steps[0]', least, Number.MIN_VALUE);
  requireFinite('options.steps[1]', most, least);
}

function failure(proofFailure: ProofFailure): ProofResult {
  return { proof: null, proofFailure };
}

/** The gate and the expert's coefficients of a pair that the proof can be attempted for. */
function subjectOf(
  student: MoE,
  teacher: MoE,
  maxUnits: number,
): ProofFailure | { readonly gate: GateEnclosure; readonly eta: readonly number[] } {
  const { routing, expert, experts: k } = teacher.spec;
  const stop = (reason: ProofFailure['reason'], inequality: string, remedy: string) => ({
    reason,
    inequality,
    excess: null,
    remedy,
  });
  if (routing !== 'independent') {
    return stop('routing', "the routing is not 'independent'", "Use routing 'independent'.");
  }
  const gate = gateEnclosure(teacher.spec.gate);
  if (!gate) {
    const { name } = gateOf(teacher.spec.gate);
    return stop('gate', `the gate ${name} has no proved bounds`, 'Use a built-in gate.');
  }
  // What an object says of itself, its parity above all, is no theorem: the image would rest on it.
  const eta = 'value' in expert ? undefined : expertOf(expert).coefficients;
  if (!eta || eta.length > 7) {
    return stop(
      'expert',
      'the expert is no built-in Hermite series',
      'Use hermite, series or linear experts.',
    );
  }
  if (student.spec.experts !== k) {
    return stop(
      'size',
      `m = ${student.spec.experts} is not k = ${k}`,
      'Prune the student to k units.',
    );
  }
  if (k > maxUnits) {
    const megabytes = Math.round((8 * (k * (4 * k + 1)) ** 2) / 1e6);
    const cost = `It needs a matrix of ${megabytes} MB and several factorisations of it.`;
    return stop('not-attempted', `k = ${k} > ${maxUnits}`, `Set maxUnits to ${k}. ${cost}`);
  }
  return { gate, eta };
}

function notCurved(mu: number): ProofFailure {
  return {
    reason: 'curvature',
    inequality: 'λ_min(H) > 0 at the teacher, with every rounding counted',
    excess: Number.isFinite(mu) ? -mu : null,
    remedy:
      'No closer student mends this: the teacher is degenerate, has units too alike to tell apart, or one too weak for float64.',
  };
}

function notContracting(
  [least, most]: readonly [number, number],
  mu: number,
  lambdaMax: number,
): ProofFailure {
  return {
    reason: 'contraction',
    inequality: 'q(s) < 1 for some s > 0 and every step of the range',
    excess: Math.max(0, most * lambdaMax - 2),
    remedy: `Use steps below 2/λ_max = ${2 / lambdaMax}, or a better conditioned teacher: μ = ${mu}, steps ${least} to ${most}.`,
  };
}

function tooFar(distance: number, radius: number): ProofFailure {
  return {
    reason: 'distance',
    inequality: `distance ${distance} < radius ${radius}`,
    excess: distance - radius,
    remedy:
      'Fine-tune the student further, or use a better conditioned teacher, such as one of fewer units.',
  };
}
