import { overlap, readable } from '../format.ts';
import type { UnitChoice } from '../protocol.ts';
import type { Session } from '../session/session.svelte.ts';
import type { Unit } from '../session/view.ts';

/** The place of a student among the units that its model has now, as the worker counts them; undefined once it is pruned. */
export function placeOf(session: Session, { of, index }: UnitChoice): UnitChoice | undefined {
  const kept = of === 'student' && session.tune.length > 0 ? session.pruned?.kept : undefined;
  const place = kept ? kept.indexOf(index) : index;
  return place < 0 ? undefined : { of, index: place };
}

/** The teacher expert that a student's needles point by: the one that its expert overlaps with most, either way. */
export function closest({ expert }: Unit): number {
  return expert.reduce(
    (best, value, j) => (Math.abs(value) > Math.abs(expert[best] ?? 0) ? j : best),
    0,
  );
}

/** What a student is, in one line. */
export function unitWords(unit: Unit): string {
  const { student, teacher, expert, router, amplitude, routerLength, kept } = unit;
  const near =
    teacher === undefined
      ? 'near no teacher expert'
      : `teacher ${teacher + 1}: expert ${overlap(expert[teacher] ?? 0)}, router ${overlap(router[teacher] ?? 0)}`;
  const length = routerLength === undefined ? '' : `, router length ${readable(routerLength)}`;
  return `Student ${student + 1}${kept ? '' : ' (pruned)'}: ${near}, amplitude ${readable(amplitude)}${length}`;
}

/** Points of a curve that is drawn small. */
const POINTS = 120;

/** The overlaps of one student with one teacher expert over its training, thinned out for a small picture. */
export function historyOf(
  session: Session,
  student: number,
  teacher: number,
): readonly { readonly time: number; readonly expert: number; readonly router: number }[] {
  const { train } = session;
  const every = Math.max(1, Math.ceil(train.length / POINTS));
  return train
    .filter((_, i) => i % every === 0 || i === train.length - 1)
    .map(({ record: { time, overlaps, alignment } }) => {
      const at = student * (alignment?.student.length ?? 0) + teacher;
      return {
        time,
        expert: overlaps?.expert.data[at] ?? 0,
        router: overlaps?.router.data[at] ?? 0,
      };
    });
}
