import { join } from 'node:path';
import { type RecordLine, recordFormat } from '@softmoe/lab';
import { parseStrictJson, readFormat } from '@softmoe/model/checks';
import { readIfThere } from './read-run.ts';
import { fileNames, RUN_AGAIN } from './run-files.ts';

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

function recordIn(line: string, file: string): RecordLine {
  return readFormat(parseStrictJson(line, file), recordFormat, { file, remedy: RUN_AGAIN });
}
