import { type MoESpec, type NDArray, ndarray } from '@softmoe/model';
import type { StatelessRecord } from '@softmoe/train';
import type { Config } from './config-schema.ts';
import type { Milestones } from './milestones.ts';
import { standIns } from './own-parts.ts';
import { PairTracker, type PairTrackerState } from './pair-tracker.ts';
import type { RecordLine } from './record-schema.ts';

/** A record of fine-tuning, with its steps counted on through both stages of an online run. */
export interface TuneRecord extends RecordLine {
  readonly total: number;
}

/** The records of a run by phase. */
export interface Course {
  readonly train: readonly RecordLine[];
  readonly tune: readonly TuneRecord[];
}

/** Sorts the records of one run, in the order in which they came. */
export function courseOf(records: readonly RecordLine[]): Course {
  const train = records.filter(({ phase }) => phase === 'train');
  const tuned = records.filter(({ phase }) => phase === 'finetune');
  const online = tuned.findLast(isOnline)?.step ?? 0;
  const tune = tuned.map((record): TuneRecord => {
    return { ...record, total: record.step + (isOnline(record) ? 0 : online) };
  });
  return { train, tune };
}

/** The milestones of training so far, from its records: a run's result has them of all training. */
export function milestonesOf(train: readonly RecordLine[], config: Config): Milestones {
  const tracker = trackerOf(config);
  for (const line of train) tracker.add(recordOfLine(line));
  return tracker.milestones;
}

/** A tracker of the pairs of a config's student and teacher; amplitudes of one that is drawn are positive. */
export function trackerOf(config: Config, state?: PairTrackerState): PairTracker {
  const { inputDim, students: experts, teachers, teacher } = config;
  const spec = { inputDim, experts, ...standIns(config) } as MoESpec;
  const amplitudes = teacher?.amplitudes ?? new Array<number>(teachers).fill(1);
  return new PairTracker(spec, amplitudes, state);
}

/** Whether a record of fine-tuning is of the stage on fresh batches, before the last one. */
export function isOnline({ stage }: RecordLine): boolean {
  return stage === 'online';
}

/** The records of the last stage of fine-tuning. */
export function lastStage({ tune }: Pick<Course, 'tune'>): TuneRecord[] {
  return tune.filter((record) => !isOnline(record));
}

/** The record that a line was written from, by `recordLine`. */
export function recordOfLine({
  phase: _phase,
  stage: _stage,
  landscape: _landscape,
  overlaps,
  amplitude,
  ...rest
}: RecordLine): StatelessRecord {
  const record = { ...rest, amplitude: [...amplitude] };
  if (!overlaps) return record;
  return {
    ...record,
    overlaps: { expert: matrixOf(overlaps.expert), router: matrixOf(overlaps.router) },
  };
}

function matrixOf(rows: readonly (readonly number[])[]): NDArray {
  return ndarray([rows.length, rows[0]?.length ?? 0], rows.flat());
}
