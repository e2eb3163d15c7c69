import { join } from 'node:path';
import { recordFormat, resultFormat } from '@softmoe/lab';
import { readFormat } from '@softmoe/model/checks';
import { openTaskStore } from '@softmoe/tasks';
import * as z from 'zod';
import type { Kept } from '../experiment-kept.ts';

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
