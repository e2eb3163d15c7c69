import { ALIGNED, type Milestones, orderOf, type RecordLine } from '@softmoe/lab';
import { fixed } from './format.ts';

/** What milestones show of the order in which experts and routers align, in a few words. */
export function orderTitle(milestones: Milestones): string {
  const { met, expertFirst } = orderOf(milestones);
  return met > 0 && expertFirst === met
    ? 'Experts align first, routers follow'
    : 'How experts and routers align';
}

/** How far the time axis goes beyond the last alignment, in multiples of its time. */
const BEYOND = 2.2;

/**
 * Until when the order of alignment is worth looking at: all of training, or, where every expert and router was found and
 * stayed so, until well after the last of them.
 */
export function alignedUntil(train: readonly RecordLine[], milestones: Milestones): number {
  const end = train.at(-1)?.time || 1;
  const times = [...milestones.expert, ...milestones.router];
  const last = Math.max(...times.map((time) => time ?? Infinity));
  const kept = train.every(
    ({ time, alignment }) =>
      time <= last ||
      [...alignment!.expert, ...alignment!.router].every((value) => value >= ALIGNED),
  );
  return kept && last > 0 ? Math.min(end, BEYOND * last) : end;
}

/** What a caption says of a time axis that ends before training does. */
export function cutWords(until: number, train: readonly RecordLine[]): string {
  const end = train.at(-1)?.time ?? until;
  return until < end
    ? ` The run goes on to time ${fixed(end, 0)}, and all overlaps stay above ½.`
    : '';
}

/** More points than this in a curve are not to be seen. */
const ENOUGH = 600;

/** Evenly chosen among `list`, with the first and the last, if there are more than can be seen. */
export function thinned<T>(list: readonly T[]): readonly T[] {
  if (list.length <= ENOUGH) return list;
  const every = (list.length - 1) / (ENOUGH - 1);
  return Array.from({ length: ENOUGH }, (_, i) => list[Math.round(i * every)]!);
}
