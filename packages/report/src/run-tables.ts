import { clockOf, contractedWords, fixed, lossWords, readable, signed } from '@softmoe/figures';
import {
  type Course,
  isCoarse,
  type MetPair,
  type Milestones,
  metPairs,
  type Summary,
} from '@softmoe/lab';
import type { Run } from '@softmoe/runs';
import type { ReportBlock } from './document.ts';

type Table = ReportBlock & { readonly kind: 'table' };

/** When each teacher expert was found, and how well it was known when learning ended and at the end. */
export function milestonesTable(
  train: Course['train'],
  milestones: Milestones,
  { config, result }: Pick<Run, 'config' | 'result'>,
): Table {
  const learned = train.at(-1)?.alignment;
  const pairs = metPairs(milestones);
  const at = (kind: 'expert' | 'router', j: number) => {
    const time = milestones[kind][j] ?? null;
    if (time === null) return '–';
    return isCoarse(time, milestones.step?.[kind][j]) ? `~${readable(time, 1)}` : fixed(time, 1);
  };
  const unmatched = new Set(
    result?.missing.flatMap((one) => (one.matched ? [] : [one.teacherExpert - 1])),
  );
  const overlap = (value: number | undefined, matched: boolean) =>
    value === undefined || !matched ? '–' : fixed(value, 4);
  return {
    kind: 'table',
    caption: `The ${clockOf(config).name} at overlap ½, the lag of the router behind its expert, and overlaps ${
      result ? 'when learning had ended and with the final student' : 'at the last record'
    }.`,
    columns: [
      'teacher expert',
      'expert at',
      'router at',
      'lag',
      'expert',
      'router',
      ...(result ? ['final expert', 'final router'] : []),
    ],
    rows: milestones.expert.map((_, j) => {
      const known = (learned?.student[j] ?? -1) >= 0;
      return [
        `${j + 1}`,
        at('expert', j),
        at('router', j),
        lagWords(pairs.find(({ teacher }) => teacher === j)),
        overlap(learned?.expert[j], known),
        overlap(learned?.router[j], known),
        ...(result
          ? [
              overlap(result.alignment.expert[j], !unmatched.has(j)),
              overlap(result.alignment.router[j], !unmatched.has(j)),
            ]
          : []),
      ];
    }),
  };
}

function lagWords(pair: MetPair | undefined): string {
  if (!pair) return '–';
  return pair.told ? signed(pair.lag, 1) : '?';
}

/** What each unit that pruning left was made of. */
export function originsTable({ origins }: Summary): Table {
  return {
    kind: 'table',
    caption:
      'The student units that each unit left by pruning was made of: first the one it stands for.',
    columns: ['unit', 'student units'],
    rows: origins.map((units, i) => [`${i + 1}`, units.join(', ')]),
  };
}

/** All that the certificate holds, with what it means. */
export function certificateTable(result: Summary): Table {
  const { certificate, parameterError, contraction, loss } = result;
  const {
    mu,
    lambdaMax,
    eigenvalueError,
    step,
    observedOrder,
    onePointConvexity,
    estimate,
    proof,
  } = certificate;
  const rows: readonly (readonly [string, string, number | null | undefined, number?])[] = [
    ['gradient', 'its length at the end', certificate.gradientNorm],
    ['parameter error', 'largest difference to the teacher, up to symmetry', parameterError],
    ['μ', 'least curvature on the tangent space', mu, 6],
    ['λ max', 'largest curvature', lambdaMax, 6],
    ['standard error of μ', 'as an estimate of the population’s', estimate?.muError, 2],
    ['standard error of λ max', 'likewise', estimate?.lambdaMaxError, 2],
    ['eigenvalue error', 'estimate of the errors of μ and λ max', eigenvalueError],
    [
      'weakest unit',
      'what it makes up of the loss of no unit at all, by itself',
      certificate.units?.share,
    ],
    ['zero loss', 'the loss up to which it counts as zero', certificate.units?.zeroLoss],
    ['μ of units', 'least curvature where every unit has amplitude 1', certificate.units?.mu, 6],
    ['λ max of units', 'largest curvature there', certificate.units?.lambdaMax, 6],
    [
      'relative error',
      'parameter error, with that of an amplitude relative to itself',
      certificate.units?.relativeError,
    ],
    ['step η', 'of gradient descent', step, 4],
    [
      'predicted contraction',
      `max(|1 − ημ|, |1 − ηλ max|)², of ${contractedWords(result)} in a step`,
      contraction.predicted,
      8,
    ],
    [
      'measured contraction',
      'the same along the slowest directions of the run',
      contraction.measured,
      8,
    ],
    ['distance contraction', 'the same of the whole distance', certificate.distanceContraction, 8],
    ['observed order', 'of convergence; 2 is Newton’s', observedOrder, 3],
    ['one-point convexity', 'least one along the run', onePointConvexity],
    ['proved radius', 'of the ball with no other critical point', proof?.radius],
    ['proved distance', 'of the student from the teacher, over all parameters', proof?.distance],
    ['proved rate here', 'factor of the distance in a step, from here on', proof?.rateHere, 6],
    ['proved rate', 'that factor from the edge of the ball', proof?.rate, 6],
    ['distance at the start', 'of the student that fine-tuning began with', proof?.start?.distance],
    ['radius for the start', 'of the ball for steps up to 1.25/λ_max', proof?.start?.radius],
  ];
  return {
    kind: 'table',
    caption: 'The certificate: what the final student’s own Hessian says, and what is proved.',
    columns: ['quantity', 'meaning', 'value'],
    rows: [
      ['loss', 'at the end', lossWords(certificate.loss, loss.start)],
      ...rows.flatMap(([name, meaning, value, digits = 3]) =>
        value === null || value === undefined ? [] : [[name, meaning, readable(value, digits)]],
      ),
    ],
  };
}

/** The teacher experts that were not recovered, and why. */
export function missingTable({ missing }: Summary): Table {
  return {
    kind: 'table',
    columns: ['teacher expert', 'share of the loss', 'expert overlap', 'router overlap', 'why'],
    rows: missing.map(({ teacherExpert, matched, expert, router, share }) => [
      `${teacherExpert}`,
      share === undefined ? '–' : readable(share),
      matched ? fixed(expert, 3) : '–',
      matched ? fixed(router, 3) : '–',
      matched
        ? `the unit nearest to it overlaps with its ${weakest(expert, router)} by less than 0.9`
        : 'no unit is left for it',
    ]),
  };
}

function weakest(expert: number, router: number): string {
  if (expert >= 0.9) return 'router';
  return router >= 0.9 ? 'expert' : 'expert and router';
}
