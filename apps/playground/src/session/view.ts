import { frameAt } from './moments.ts';
import type { Session } from './session.svelte.ts';

/** One student unit at one moment. */
export interface Unit {
  /** As numbered before pruning, from 0. */
  readonly student: number;
  readonly kept: boolean;
  readonly amplitude: number;
  /** Where routers have lengths of their own. */
  readonly routerLength: number | undefined;
  /** Overlaps with each teacher expert and router. */
  readonly expert: readonly number[];
  readonly router: readonly number[];
  /** The teacher expert that it is closest to, if to any. */
  readonly teacher: number | undefined;
}

/** The run of a first visit, whose room is kept until another one is known. */
export const EXPECTED = { teachers: 4, students: 16 };

/** An overlap from which on a unit is shown in a teacher expert's colour. */
const LEANS = 0.35;

/** All students, as many as there were before pruning, at a moment, or else the latest. */
export function unitsAt(session: Session, moment: number | undefined): Unit[] {
  const frame = frameAt(session, moment) ?? session.tune.at(-1);
  const training = frame?.phase === 'train' ? frame : session.train.at(-1);
  if (!training) return [];
  const tuned = frame?.phase === 'finetune' ? frame.record : undefined;
  const kept = moment === undefined || tuned ? session.pruned?.kept : undefined;
  const k = training.record.alignment?.student.length ?? 0;
  return training.record.amplitude.map((_, student) => {
    const position = kept?.indexOf(student) ?? student;
    const [record, i] = tuned && position >= 0 ? [tuned, position] : [training.record, student];
    const rowOf = (name: 'expert' | 'router') => [
      ...(record.overlaps?.[name].data.subarray(i * k, (i + 1) * k) ?? []),
    ];
    const expert = rowOf('expert');
    const strongest = expert.reduce(
      (best, value, j) => (Math.abs(value) > Math.abs(expert[best]!) ? j : best),
      0,
    );
    return {
      student,
      kept: position >= 0,
      amplitude: record.amplitude[i]!,
      routerLength: record.routerLength?.[i],
      expert,
      router: rowOf('router'),
      teacher: Math.abs(expert[strongest] ?? 0) >= LEANS ? strongest : undefined,
    };
  });
}
