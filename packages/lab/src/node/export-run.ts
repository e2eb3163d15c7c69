import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { overlapsToCsv, overlapsToNpy, recordsToCsv } from '@softmoe/train';
import { recordOfLine } from '../record-line.ts';
import { RunFolderError } from './errors.ts';
import { readRecords } from './read-records.ts';
import { readRun } from './read-run.ts';
import { writeWhole } from './write-whole.ts';

/**
 * Writes the records of a run's folder into the folder `out` as tables for other tools, and returns their paths:
 * train.csv and finetune.csv with one row a record, overlaps.csv with one row an entry, and the overlap matrices of training
 * as NumPy files, time.npy [R], expert.npy and router.npy [R, m, k]. Throws {@link RunFolderError} for what is no run and one
 * without records, `FormatError` for damaged ones.
 */
export async function exportRun(path: string, out: string): Promise<string[]> {
  await readRun(path);
  const lines = await readRecords(path);
  const of = (phase: string) => lines.filter((line) => line.phase === phase).map(recordOfLine);
  const [train, finetune] = [of('train'), of('finetune')];
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
    ...(finetune.length > 0 ? { 'finetune.csv': recordsToCsv(finetune) } : {}),
    'overlaps.csv': overlapsToCsv(train),
    'time.npy': time,
    'expert.npy': expert,
    'router.npy': router,
  };
  await mkdir(out, { recursive: true });
  const paths = Object.keys(files).map((name) => join(out, name));
  for (const [name, content] of Object.entries(files)) await writeWhole(join(out, name), content);
  return paths;
}
