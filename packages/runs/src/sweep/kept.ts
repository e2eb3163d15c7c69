import { join } from 'node:path';
import {
  type ExperimentEvent,
  type ExperimentResult,
  type RecordLine,
  recordFormat,
  recordLine,
  resultFormat,
} from '@softmoe/lab';
import { saveMoE } from '@softmoe/model';
import { readFormat } from '@softmoe/model/checks';
import { openTaskStore } from '@softmoe/tasks';
import * as z from 'zod';

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

const format = {
  ...resultFormat,
  schema: z.object({
    curves: z.array(z.unknown()).exactOptional(),
    models: z.record(z.string(), z.base64()).exactOptional(),
  }),
};

/** What the record of that ID keeps; nothing of one that failed. Throws `FormatError` for a damaged one. */
export async function keptIn(folder: string, id: string): Promise<Kept> {
  const record = await (await openTaskStore(folder)).get(id);
  if (record?.status !== 'done') return {};
  const file = join(folder, 'records', `${id}.json`);
  const from = { file, remedy: `Remove ${file}: the next start does its run again.` };
  const { curves, models } = readFormat(record.output, format, from);
  return {
    ...(curves && { curves: curves.map((line) => readFormat(line, recordFormat, from)) }),
    ...(models && { models }),
  };
}
