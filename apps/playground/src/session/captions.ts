import { orderTitle, paceOf } from '@softmoe/figures';
import { type Config, fallsOf, type Milestones, steepest } from '@softmoe/lab';
import { groups } from '../controls/fields.ts';
import { readable, time } from '../format.ts';
import type { Frame, PruneReport } from '../protocol.ts';
import type { Scene } from './narrate-ending.ts';
import type { RootFit } from './trend.ts';

/** Title of the alignment figure: who came first, once that is measured. */
export function alignmentTitle(milestones: Milestones | undefined): string {
  return `${orderTitle(milestones ?? { expert: [], router: [] })}.`;
}

/** Title of the loss figure: how the loss has gone so far. */
export function lossTitle({ start, tuned }: Pick<Scene, 'start' | 'tuned'>): string {
  const end = tuned.at(-1);
  if (!start || !end || end.stage === 'online' || !(end.record.loss < start.loss)) {
    return 'The loss';
  }
  const { kind, flat } = paceOf(tuned.map(({ record }) => record));
  if (flat) return 'The loss falls to a limit above zero.';
  switch (kind) {
    case 'linear':
      return 'The loss falls, and in the end on a straight line.';
    case 'slowing':
      return 'The loss falls, and in the end ever more slowly.';
    case 'quickening':
      return 'The loss falls, and in the end ever faster.';
    case 'open':
      return 'The loss falls.';
  }
}

/** A loss that is above this share of its start has hardly moved. */
const STILL = 0.9;

/** What the loss did until the first expert was found, where that is little; else empty. */
export function stillWords(train: readonly Frame[], milestones: Milestones | undefined): string {
  const found = (milestones?.expert ?? []).filter((at) => at !== null);
  const first = Math.min(...found);
  const then = train.find(({ record }) => record.time >= first)?.record.loss;
  const start = train[0]?.record.loss;
  if (found.length === 0 || then === undefined || !start || then < STILL * start) return '';
  return (
    `It is still at ${readable((100 * then) / start, 3)} % of its start when the first expert is found, at t = ${time(first)}: ` +
    'what the student explains grows out of sight.'
  );
}

/** Title of the elimination figure: whether the curve has a cliff, and where. */
export function eliminationTitle(report: PruneReport | undefined): string {
  const question = 'How many units are needed?';
  const cliff = report && steepest(fallsOf(report.curve));
  if (!cliff) return question;
  return cliff.clear
    ? `${question} There is a cliff at ${cliff.size}.`
    : `${question} There is no clear cliff.`;
}

/** A fit that explains at least this share of the variance of its points is a law. */
const LAW = 0.9;

/** Title of the figure of times over dimensions: the law, once enough dimensions follow it. */
export function sweepTitle(fit: RootFit | undefined): string {
  if (!fit) return 'How long the search takes, by dimension';
  if (!(fit.slope > 0)) return 'More dimensions, no longer search';
  return fit.share >= LAW
    ? 'More dimensions, longer search: of order √d'
    : 'More dimensions, longer search';
}

/** How a guess compares with what pruning kept. */
export function guessWords(guessed: number, kept: number): string {
  if (guessed === kept) return `You said ${guessed}, and ${kept} it is.`;
  const off = Math.abs(guessed - kept);
  return `You said ${guessed}: ${off} too ${guessed > kept ? 'many' : 'few'}. ${kept} are left.`;
}

/** What makes a unit what it is, whatever its directions are. */
const KIND: ReadonlySet<string> = new Set(['routing', 'gate', 'expert']);

/** Of what units a config is, in the words of its controls: `Routing independent, Gate sigmoid, …`. */
export function unitWords(config: Config): string {
  return groups
    .flatMap(({ fields }) => fields)
    .filter(({ field, applies }) => KIND.has(field) && (applies?.(config) ?? true))
    .flatMap((field) => {
      if (field.kind !== 'choice') return [];
      const chosen = field.value(config);
      const named = field.options(config).find(([value]) => value === chosen);
      return `${field.label} ${named?.[1] ?? chosen}`;
    })
    .join(', ');
}
