import { join } from 'node:path';
import type { RecordLine } from '@softmoe/lab';
import { FormatError } from '@softmoe/model';
import { parseStrictJson } from '@softmoe/model/checks';
import { z } from 'zod';
import { readIfThere } from './read-run.ts';
import { fileNames } from './run-files.ts';

const numbers = z.array(z.number());
const matrix = z.array(numbers);
const fields = {
  step: z.number(),
  time: z.number(),
  loss: z.number(),
  gradientNorm: z.number(),
  amplitude: numbers,
  alignment: z.object({ student: numbers, expert: numbers, router: numbers }).exactOptional(),
  overlaps: z.object({ expert: matrix, router: matrix }).exactOptional(),
};
const schema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('train'), ...fields }),
  z.object({
    phase: z.literal('finetune'),
    stage: z.enum(['online', 'exact', 'sample']),
    ...fields,
  }),
]);

/**
 * The records of a run, from the records.jsonl of its folder; none where there is no such file. A last line that is still
 * being written is left out. Throws `FormatError` for any other line that is no record, with its number.
 */
export async function readRecords(path: string): Promise<RecordLine[]> {
  const file = join(path, fileNames.records);
  const text = (await readIfThere(file)) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, i) => recordIn(line, `${file}, line ${i + 1}`));
}

function recordIn(line: string, where: string): RecordLine {
  const parsed = schema.safeParse(parseStrictJson(line, where));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new FormatError(`is no record of a run: ${message}`, {
    field: path.length > 0 ? path.join('.') : 'record',
    value: where,
    remedy: 'Run the config.json again into another folder.',
  });
}
