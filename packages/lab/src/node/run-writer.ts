import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RunFolderError } from './errors.ts';
import { readIfThere } from './read-run.ts';
import { fileNames } from './run-files.ts';
import { writeWhole } from './write-whole.ts';

/**
 * The right of one process to write a run's folder, kept in its writer.json. The last process to claim it has it, so that a kill
 * leaves nothing that locks; the one before finds out when it writes next.
 */
export interface RunWriter {
  /** Throws {@link RunFolderError} where another process has claimed the run since. */
  check(): Promise<void>;
  /** Of a complete run. */
  release(): Promise<void>;
}

export async function claimRun(path: string): Promise<RunWriter> {
  const file = join(path, fileNames.writer);
  const claim = { host: hostname(), pid: process.pid, since: new Date().toISOString() };
  const text = `${JSON.stringify(claim)}\n`;
  await writeWhole(file, text);
  return {
    async check() {
      const now = await readIfThere(file);
      if (now === text) return;
      throw new RunFolderError('is gone on with by another process, which this one leaves it to', {
        field: 'run',
        value: path,
        remedy: `Let that one finish: ${now === undefined ? 'it has' : now.trim()}.`,
      });
    },
    release: () => rm(file, { force: true }),
  };
}
