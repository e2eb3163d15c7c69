import { join } from 'node:path';
import { courseOf, isOnline, lastStage, type RecordLine, recordOfLine } from '@softmoe/lab';
import { writeTogether } from '@softmoe/tasks/files';
import { overlapsToCsv, overlapsToNpy, recordsToCsv } from '@softmoe/train';
import { readRecords, readRun } from './read-run.ts';
import { RunFolderError } from './run-files.ts';

/**
 * Writes the records of a run's folder into the folder `out` as tables for other tools, and returns their paths:
 * train.csv, finetune.csv and, of an online run, finetune-online.csv with one row a record, overlaps.csv with one row an entry, and the overlap matrices of training
 * as NumPy files, time.npy [R], expert.npy and router.npy [R, m, k]. What an earlier export of another run left there is
 * replaced or removed. Throws {@link RunFolderError} for what is no run and one
 * without records, or where `out` cannot be written, `FormatError` for damaged ones.
 */
export async function exportRun(path: string, out: string): Promise<string[]> {
  const lines = await readRecords(await readRun(path));
  const course = courseOf(lines);
  const train = course.train.map(recordOfLine);
  if (train.length === 0) {
    throw new RunFolderError('has no records to export', {
      field: 'run',
      value: path,
      remedy: 'Give the folder of a run that has begun to train.',
    });
  }
  const { time, expert, router } = overlapsToNpy(train);
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'train.csv': recordsToCsv(train),
    ...table('finetune-online.csv', course.tune.filter(isOnline)),
    ...table('finetune.csv', lastStage(course)),
    'overlaps.csv': overlapsToCsv(train),
    'time.npy': time,
    'expert.npy': expert,
    'router.npy': router,
  };
  try {
    await writeTogether(out, files, ['finetune-online.csv', 'finetune.csv']);
  } catch (cause) {
    throw new RunFolderError(
      'cannot be written',
      {
        field: 'out',
        value: out,
        remedy: `Choose a folder that can be written (${(cause as Error).message}).`,
      },
      { cause },
    );
  }
  return Object.keys(files).map((name) => join(out, name));
}

/** A file of these records, unless there are none. */
function table(name: string, records: readonly RecordLine[]): Readonly<Record<string, string>> {
  return records.length > 0 ? { [name]: recordsToCsv(records.map(recordOfLine)) } : {};
}
