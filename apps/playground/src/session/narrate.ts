import { ALIGNED, type Config, type Milestones, meanLag } from '@softmoe/lab';
import type { StatelessRecord } from '@softmoe/train';
import { lossWords, overlap, plural, readable, time } from '../format.ts';
import { hasOwnGates } from './draft.ts';
import { type Past, pastOf } from './moments.ts';
import {
  type Narration,
  narrateEnd,
  narrateFinetuning,
  narratePruning,
  type Scene,
} from './narrate-ending.ts';
import type { Session } from './session.svelte.ts';

/** What is happening in a session now, or what was at a moment of its run. */
export function narrationOf(session: Session, moment?: number): Narration {
  void session.version;
  if (!session.config) {
    if (session.activity === 'failed') {
      const marked = 'Nothing runs: what is marked needs another value.';
      return { title: 'It could not start', text: session.refused?.config ? marked : '' };
    }
    const late =
      'What computes has not been loaded yet: the connection is slow, or something holds it back.';
    return { title: 'Starting', text: session.late ? late : '' };
  }
  return narrate(sceneOf(pastOf(session, moment), session.config));
}

/** What is known of a run that has a config. */
export function sceneOf(run: Past, config: Config): Scene {
  const { phase, milestones, pruned, summary, train, tune } = run;
  const stage = tune.at(-1)?.stage;
  return {
    config,
    phase,
    start: train[0]?.record,
    latest: train.at(-1)?.record,
    tuned: tune.filter((frame) => frame.stage === stage),
    milestones,
    pruned,
    summary,
  };
}

/** What is happening, in words. */
export function narrate(scene: Scene): Narration {
  const { summary, pruned, phase } = scene;
  if (summary) return narrateEnd(summary);
  if (pruned && phase !== 'train' && phase !== 'prune') {
    return scene.tuned.length > 0
      ? narrateFinetuning(scene, pruned)
      : narratePruning(pruned, scene.config);
  }
  if (phase === 'prune' && scene.start && scene.latest) {
    return narrateTrained(scene, scene.start, scene.latest);
  }
  return narrateTraining(scene);
}

const known = (times: readonly (number | null)[] = []) => times.filter((at) => at !== null).length;

/** The overlaps at a record, the best first. */
const best = (overlaps: readonly number[] = []) => Math.max(0, ...overlaps);

function narrateTraining({ config, start, latest, milestones }: Scene): Narration {
  const k = config.teachers;
  const experts = known(milestones?.expert);
  const routers = known(milestones?.router);
  if (!hasOwnGates(config.routing)) return narrateCompeting(config, experts, routers);
  if (experts === 0 && routers === 0) {
    const now = best(latest?.alignment?.expert);
    const first = best(start?.alignment?.expert);
    return {
      title: 'Searching',
      text:
        `${plural(config.students, 'student')} in a ${config.inputDim}-dimensional space: the best one overlaps with a teacher expert ` +
        `by ${overlap(now)}${latest && latest !== start ? `, from ${overlap(first)} at the start` : ', and that is all there is to climb'}.`,
    };
  }
  if (routers === 0) {
    return {
      title: `Experts first: ${experts} of ${k} found`,
      text:
        `${experts === 1 ? 'A student’s expert has' : `${experts} students’ experts have`} locked on to a teacher expert. No router has followed yet: ` +
        `the best one overlaps with the teacher’s by ${overlap(best(latest?.alignment?.router))}.`,
    };
  }
  if (experts < k || routers < k) {
    return {
      title:
        routers <= experts
          ? `Routers follow: ${routers} of ${k}, behind ${plural(experts, 'expert')}`
          : `${experts} of ${k} experts and ${routers} of ${k} routers found`,
      text:
        'Where an expert is right, the remaining error depends on when it should speak: that is what its router learns from.' +
        lagText(milestones),
    };
  }
  return {
    title: `All ${k} experts and routers found`,
    text: foundText(config, latest, milestones),
  };
}

/** Who came later, by how much; empty without a pair. */
function lagText(milestones: Milestones | undefined): string {
  const lag = milestones && meanLag(milestones);
  if (lag === undefined) return '';
  const order = lag < 0 ? 'before' : 'after';
  return ` On average a router came ${time(Math.abs(lag))} time units ${order} its expert.`;
}

function foundText(
  { students, teachers, routing }: Config,
  latest: StatelessRecord | undefined,
  milestones: Milestones | undefined,
): string {
  const { expert = [], router = [] } = latest?.alignment ?? {};
  const lost = expert.filter((value, j) => Math.min(value, router[j] ?? 0) < ALIGNED).length;
  return [
    hasOwnGates(routing) ? lagText(milestones).trim() : '',
    lost > 0 ? `By now ${lost} of them overlap by less than ½ again.` : '',
    students > teachers
      ? `There are ${students - teachers} more students than teacher experts.`
      : '',
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** Where units share their gates there is no order to tell of: gates pull at each other from the start. */
function narrateCompeting(config: Config, experts: number, routers: number): Narration {
  const { teachers: k, students } = config;
  return {
    title:
      experts === k && routers === k
        ? `All ${k} experts and routers found`
        : `Competing: ${experts} of ${k} experts and ${routers} of ${k} routers found`,
    text:
      `The gates of ${plural(students, 'student')} always add up to one: where one speaks up, the others fall silent. ` +
      'So only differences of routers mean anything.',
  };
}

function narrateTrained(
  { config, milestones }: Scene,
  start: StatelessRecord,
  latest: StatelessRecord,
): Narration {
  const { expert = [], router = [] } = latest.alignment ?? {};
  const found = [...expert, ...router].every((value) => value >= ALIGNED);
  const went = latest.loss < start.loss ? 'fell' : 'went';
  return {
    title:
      found && expert.length > 0
        ? 'Learned. Now press Prune'
        : 'Training has ended. Press Prune to see what it found',
    text:
      `The loss ${went} from ${readable(start.loss)} to ${lossWords(latest.loss, start.loss)}.` +
      `${hasOwnGates(config.routing) ? lagText(milestones) : ''} There are ${plural(config.students, 'unit')}: ${ahead(config)}`,
  };
}

/** What pruning is going to do. */
function ahead({ prune }: Config): string {
  switch (prune.rule) {
    case 'cliff':
      return 'pruning will find out how many are needed, without being told.';
    case 'size':
      return `pruning will keep the ${prune.size} that are asked for.`;
    case 'tolerance':
      return `pruning will keep as few as stay within ${readable(prune.tolerance)} of the null loss.`;
  }
}
