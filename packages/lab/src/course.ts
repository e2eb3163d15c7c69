import { type Milestones, MilestoneTracker } from './milestones.ts';
import type { RecordLine } from './record-schema.ts';

/** A record of fine-tuning, with its steps counted on through both stages of an online run. */
export interface TuneRecord extends RecordLine {
  readonly total: number;
}

/** The records of a run by phase. */
export interface Course {
  readonly train: readonly RecordLine[];
  readonly tune: readonly TuneRecord[];
  /** As a run's result has them, of training so far. */
  readonly milestones: Milestones;
}

/** Sorts the records of one run, in the order in which they came. */
export function courseOf(records: readonly RecordLine[]): Course {
  const train = records.filter(({ phase }) => phase === 'train');
  const tuned = records.filter(({ phase }) => phase === 'finetune');
  const online = tuned.findLast(isOnline)?.step ?? 0;
  const tune = tuned.map((record): TuneRecord => {
    return { ...record, total: record.step + (isOnline(record) ? 0 : online) };
  });
  const tracker = new MilestoneTracker(train[0]?.alignment?.expert.length ?? 0);
  for (const record of train) tracker.add(record);
  return { train, tune, milestones: tracker.milestones };
}

/** Whether a record of fine-tuning is of the stage on fresh batches, before the last one. */
export function isOnline({ stage }: RecordLine): boolean {
  return stage === 'online';
}

/** The records of the last stage of fine-tuning. */
export function lastStage({ tune }: Pick<Course, 'tune'>): TuneRecord[] {
  return tune.filter((record) => !isOnline(record));
}
