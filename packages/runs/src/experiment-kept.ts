import {
  type ExperimentEvent,
  type ExperimentResult,
  type RecordLine,
  recordLine,
} from '@softmoe/lab';
import { saveMoE } from '@softmoe/model';

/** What runs of a sweep may keep in their records beside their results. */
export const keepable = ['curves', 'models'] as const;

export type Keepable = (typeof keepable)[number];

/** What the record of a run of a sweep keeps beside its result. */
export interface Kept {
  /** Its records along the way, as in the records.jsonl of a single run. */
  readonly curves?: readonly RecordLine[];
  /** Files of its teacher and its student after each phase, as base64. */
  readonly models?: Readonly<Record<string, string>>;
}

/** Gathers what is to be kept of a run: hand it all events, and at the end the models. */
export function gatherKept(keep: readonly Keepable[]): {
  readonly onRecord: (event: ExperimentEvent) => void;
  readonly of: (models: ExperimentResult['models']) => Kept;
} {
  const curves: RecordLine[] = [];
  return {
    onRecord(event) {
      if (!keep.includes('curves')) return;
      if (event.phase === 'train' || event.phase === 'finetune') curves.push(recordLine(event));
    },
    of(models) {
      const files = Object.entries(models).map(([name, model]) => [
        name,
        Buffer.from(saveMoE(model)).toString('base64'),
      ]);
      return {
        ...(keep.includes('curves') && { curves }),
        ...(keep.includes('models') && { models: Object.fromEntries(files) }),
      };
    },
  };
}
