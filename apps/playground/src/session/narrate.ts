import { adviceWords } from '@softmoe/figures';
import {
  ALIGNED,
  type Config,
  type Milestones,
  meanLag,
  type Phase,
  type Summary,
} from '@softmoe/lab';
import type { StatelessRecord } from '@softmoe/train';
import { overlap, plural, readable, time } from '../format.ts';
import type { Frame, PruneReport } from '../protocol.ts';
import { hasOwnGates } from './draft.ts';
import type { Session } from './session.svelte.ts';

export interface Scene {
  readonly config: Config;
  readonly phase: Phase;
  readonly start: StatelessRecord | undefined;
  readonly latest: StatelessRecord | undefined;
  /** Of fine-tuning, once it has begun. */
  readonly tuned: Frame | undefined;
  readonly milestones: Milestones | undefined;
  readonly pruned: PruneReport | undefined;
  readonly summary: Summary | undefined;
}

export interface Narration {
  /** Changes with what is worth announcing. */
  readonly title: string;
  readonly text: string;
}

/** What is happening in a session now. */
export function narrationOf(session: Session): Narration {
  void session.version;
  const { config, phase, milestones, pruned, summary, train, tune } = session;
  if (!config) return { title: 'Starting', text: '' };
  const [start] = train;
  const [latest, tuned] = [train.at(-1)?.record, tune.at(-1)];
  return narrate({
    config,
    phase,
    start: start?.record,
    latest,
    tuned,
    milestones,
    pruned,
    summary,
  });
}

/** What is happening, in words. */
export function narrate(scene: Scene): Narration {
  const { summary, pruned, phase, config } = scene;
  if (summary) return narrateEnd(summary);
  if (pruned && phase !== 'train' && phase !== 'prune') {
    return scene.tuned ? narrateFinetuning(scene.tuned, pruned) : narratePruning(pruned, config);
  }
  if (phase === 'prune' && scene.start && scene.latest) return narrateTrained(scene);
  return narrateTraining(scene);
}

function narrateTraining({ config, latest, milestones }: Scene): Narration {
  const k = config.teachers;
  const experts = milestones?.expert.filter((at) => at !== null).length ?? 0;
  const routers = milestones?.router.filter((at) => at !== null).length ?? 0;
  if (!hasOwnGates(config.routing)) return narrateCompeting(config, experts, routers);
  if (experts === 0) {
    const best = Math.max(0, ...(latest?.alignment?.expert ?? []));
    return {
      title: 'Searching',
      text:
        `${plural(config.students, 'student')} start in random directions of a ${config.inputDim}-dimensional space. ` +
        `The best one overlaps with a teacher expert by only ${overlap(best)}, and that is all there is to climb.`,
    };
  }
  if (routers === 0) {
    return {
      title: `Experts first: ${experts} of ${k} found`,
      text:
        'A student’s expert direction has locked on to a teacher expert. Its router still knows nothing: ' +
        'it has no signal of its own until the expert is right.',
    };
  }
  if (routers < k) {
    return {
      title: `Routers follow: ${routers} of ${k}, behind ${experts} ${experts === 1 ? 'expert' : 'experts'}`,
      text:
        'Where an expert is right, the remaining error depends on when it should speak: ' +
        'now its router learns, guided by the expert.',
    };
  }
  const lag = milestones && meanLag(milestones);
  return {
    title: `All ${k} experts and routers found`,
    text:
      `On average a router came ${lag === undefined ? 'some' : time(lag)} time units behind its expert. ` +
      'What remains is polish, and students that nobody needs.',
  };
}

/** Where units share their gates there is no order to tell of: gates pull at each other from the start. */
function narrateCompeting(
  { teachers: k, students }: Config,
  experts: number,
  routers: number,
): Narration {
  if (experts === k && routers === k) {
    return {
      title: `All ${k} experts and routers found`,
      text: 'What remains is polish, and students that share a gate or have none left.',
    };
  }
  return {
    title: `Competing: ${experts} of ${k} experts and ${routers} of ${k} routers found`,
    text:
      `The gates of ${plural(students, 'student')} always add up to one: where one speaks up, the others fall silent. ` +
      'So only differences of routers mean anything, and they learn along with the experts, not after them.',
  };
}

function narrateTrained({ config, start, latest, milestones }: Scene): Narration {
  const found = latest?.alignment?.expert.filter((value) => value >= ALIGNED).length ?? 0;
  const lag = milestones && meanLag(milestones);
  return {
    title:
      found === config.teachers
        ? 'Learned. Now press Prune'
        : 'Training has ended. Press Prune to see what it found',
    text:
      `The loss fell from ${readable(start!.loss)} to ${readable(latest!.loss)}` +
      `${lag === undefined || !hasOwnGates(config.routing) ? '' : `, routers ${time(lag)} time units behind their experts`}. There are still ` +
      `${plural(config.students, 'unit')}; pruning will find out how many are needed, without being told.`,
  };
}

function narratePruning({ kept, curve, lossAfter }: PruneReport, { students }: Config): Narration {
  const size = kept.length;
  const at = (n: number) => curve.find((point) => point.size === n)?.loss;
  const here = at(size);
  const below = at(size - 1);
  const cliff = here !== undefined && below !== undefined && here > 0 ? below / here : undefined;
  return {
    title: `Pruned: ${students} → ${plural(size, 'unit')}. Now press Fine-tune`,
    text:
      `Down to ${size} units the loss hardly moves (${readable(lossAfter)})` +
      `${cliff === undefined ? '.' : `; one unit fewer would make it ${readable(cliff)} times larger.`}`,
  };
}

function narrateFinetuning({ stage, record: latest }: Frame, { kept }: PruneReport): Narration {
  if (stage === 'online') {
    return {
      title: 'Fine-tuning on samples first',
      text:
        'SGD goes on at the right size, as far as fresh batches and the precision of the backend allow: now ' +
        `${readable(Math.abs(latest.loss))}. The exact loss takes over after that.`,
    };
  }
  return {
    title: 'Fine-tuning: a straight line down',
    text:
      `With exactly ${plural(kept.length, 'unit')} left nothing is redundant, so plain descent converges linearly: ` +
      `every step multiplies the loss by the same factor. Now ${readable(Math.abs(latest.loss))}.`,
  };
}

function narrateEnd({
  certificate,
  recovered,
  teachers,
  parameterError,
  missing,
  advice,
}: Summary): Narration {
  if (certificate.verdict === 'certified' && recovered === teachers) {
    return {
      title: `Certified: all ${teachers} teacher experts recovered`,
      text:
        `The student’s parameters are the teacher’s, to ${readable(parameterError ?? 0, 1)}. ` +
        (certificate.estimate
          ? 'The Hessian at the end, estimated on a fixed sample, says: an isolated minimum of zero loss.'
          : 'The Hessian at the end proves an isolated minimum of zero loss.'),
    };
  }
  const lost = missing.map(({ teacherExpert }) => teacherExpert).join(', ');
  return {
    title:
      missing.length > 0
        ? `Not recovered: teacher ${missing.length === 1 ? 'expert' : 'experts'} ${lost}. ${verdicts[certificate.verdict].short}`
        : verdicts[certificate.verdict].short,
    text: [
      verdicts[certificate.verdict].long,
      ...advice.map((one) => adviceWords(one, 'page')),
    ].join(' '),
  };
}

export const verdicts: Readonly<
  Record<Summary['certificate']['verdict'], { readonly short: string; readonly long: string }>
> = {
  certified: {
    short: 'Certified',
    long: 'An isolated minimum of zero loss: the Hessian there is positive definite.',
  },
  'not-converged': {
    short: 'Not certified: it did not converge',
    long: 'The gradient is still too large to judge the point.',
  },
  'nonzero-loss': {
    short: 'Not certified: the loss is not zero',
    long: 'The point is a minimum, but this student cannot be the teacher.',
  },
  saddle: {
    short: 'Not certified: a saddle',
    long: 'The Hessian has a direction that leads further down.',
  },
  unresolved: {
    short: 'Not certified: float64 cannot tell',
    long: 'The loss is zero to rounding, but a unit of the teacher is missing or elsewhere, or too weak to be told from none.',
  },
  degenerate: {
    short: 'Not certified: a flat direction',
    long: 'Along some direction the Hessian is flat, so descent is only sublinear: there are too many units.',
  },
};
