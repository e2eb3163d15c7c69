import { lossBound } from '@softmoe/figures';
import { lossWords, readable, whenWords } from '../format.ts';
import { frameAt } from './moments.ts';
import type { Session } from './session.svelte.ts';

/** One quantity at two moments of a run. */
export interface Difference {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** Two moments of a run, the earlier first. */
export interface Comparison {
  readonly from: string;
  readonly to: string;
  /** How many students there are at each. */
  readonly units: readonly [before: number, after: number];
  /** The loss, what it was multiplied by, null where rounding decides, and the loss at the start of the run. */
  readonly loss: Omit<Difference, 'name'> & {
    readonly factor: number | null;
    readonly scale: number;
  };
  /** Alignment with each teacher expert, then that with each of its routers. */
  readonly expert: readonly Difference[];
  readonly router: readonly Difference[];
}

/** What has changed between two moments, in whatever order they are given; undefined where one is not on record. */
export function comparisonOf(
  session: Pick<Session, 'train' | 'tune'>,
  one: number | undefined,
  other: number | undefined,
): Comparison | undefined {
  if (one === undefined || other === undefined || one === other) return undefined;
  const [first, last] = [Math.min(one, other), Math.max(one, other)];
  const [before, after] = [frameAt(session, first), frameAt(session, last)];
  if (!before || !after) return undefined;
  const rows = (kind: 'expert' | 'router') =>
    (before.record.alignment?.[kind] ?? []).map((value, j) => ({
      name: `${kind} ${j + 1}`,
      before: value,
      after: after.record.alignment?.[kind][j] ?? Number.NaN,
    }));
  const { loss: start } = before.record;
  const { loss: end } = after.record;
  const scale = frameAt(session, 0)?.record.loss ?? start;
  const rounded = [start, end].some((loss) => lossBound(loss, scale) !== undefined);
  return {
    from: whenWords(before),
    to: whenWords(after),
    units: [before.record.amplitude.length, after.record.amplitude.length],
    loss: { before: start, after: end, factor: rounded ? null : end / start, scale },
    expert: rows('expert'),
    router: rows('router'),
  };
}

/** A comparison in a sentence, which also stands for its table where that is not seen. */
export function comparisonWords({ from, to, units, loss }: Comparison): string {
  const [before, after] = units;
  const fewer = before === after ? '' : `, ${before} units became ${after}`;
  const times = loss.factor === null ? '' : ` (×${readable(loss.factor)})`;
  return `From ${from} to ${to}: the loss went from ${lossWords(loss.before, loss.scale)} to ${lossWords(loss.after, loss.scale)}${times}${fewer}.`;
}
