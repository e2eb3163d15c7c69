/** Why there is no proof: data, with `remedy` in words for where nobody words it otherwise. */
export interface ProofFailure {
  /**
   * `not-attempted`: not asked for, as above 16 units. `size`: the student has not the teacher's number of units. `routing`, `gate`,
   * `expert`: there are no proved bounds for those. `curvature`: the Hessian at the teacher is not proved to be positive definite.
   * `contraction`: some step of the range does not contract even at the teacher. `distance`: the student lies outside the ball.
   */
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
  /** The sides of the inequality, of which `left` should not be the larger; for `size`, equal. Null where they are no numbers. */
  readonly left: number | null;
  readonly right: number | null;
  /** left − right: by how much it fails. */
  readonly excess: number | null;
  /**
   * What would mend it: more `digits` than those of float64, another `step`, a `closer-student`, the teacher's `size`, another `kind`
   * of model, or an `attempt`.
   */
  readonly mend: 'digits' | 'step' | 'closer-student' | 'size' | 'kind' | 'attempt';
  readonly remedy: string;
}

/** A failure of which the inequality has numbers on both sides. */
export function between(
  left: number,
  right: number,
  rest: Pick<ProofFailure, 'reason' | 'inequality' | 'mend' | 'remedy'>,
): ProofFailure {
  return { ...rest, left, right, excess: left - right };
}

/** A failure of a condition that is met or not. */
export function unmet(
  reason: ProofFailure['reason'],
  mend: ProofFailure['mend'],
  inequality: string,
  remedy: string,
): ProofFailure {
  return { reason, inequality, left: null, right: null, excess: null, mend, remedy };
}

/** λ_min(H) is at least `mu`, which is not positive; −∞ where nothing is known of it. */
export function notCurved(mu: number): ProofFailure {
  const rest = {
    reason: 'curvature',
    inequality: 'λ_min(H) > 0 at the teacher, with every rounding counted',
    mend: 'digits',
    remedy:
      'No closer student and no other step mend this: the teacher is degenerate, has units too alike to tell apart, or one too weak for float64. Only more digits could tell which.',
  } as const;
  if (Number.isFinite(mu)) return between(0, mu, rest);
  return { ...rest, left: 0, right: null, excess: null };
}

/** Not even the centre contracts under some step of the range. */
export function notContracting(
  [least, most]: readonly [number, number],
  mu: number,
  lambdaMax: number,
): ProofFailure {
  return between(most * lambdaMax, 2, {
    reason: 'contraction',
    inequality: 'η·λ_max < 2, so that q(s) < 1 for some s > 0, for every step η of the range',
    mend: 'step',
    remedy: `Use steps below 2/λ_max = ${2 / lambdaMax}, or a better conditioned teacher: μ = ${mu}, steps ${least} to ${most}.`,
  });
}

/** The student lies outside the ball. */
export function tooFar(distance: number, radius: number): ProofFailure {
  return between(distance, radius, {
    reason: 'distance',
    inequality: `distance ${distance} < radius ${radius}`,
    mend: 'closer-student',
    remedy:
      'Fine-tune the student further, or use a better conditioned teacher, such as one of fewer units.',
  });
}
