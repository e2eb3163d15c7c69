import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseStrictJson } from '@softmoe/model/checks';
import { ignoreMissing, writeWhole } from '@softmoe/tasks/files';
import * as z from 'zod';
import { asWriting } from './file-errors.ts';
import { RunFolderError } from './run-files.ts';

/** The right to write a run's folder, which one process has at a time. */
export interface RunClaim {
  release(): Promise<void>;
}

const NAME = /^writer-.*\.json$/;
const schema = z.object({ host: z.string(), pid: z.int() });

/** Files of the claims of this process. Another one that had its number before has left others. */
const held = new Set<string>();

/**
 * Claims a run's folder by a file writer-….json that names this process. Claims of processes that are gone, as kill -9 leaves
 * them, are removed. Throws {@link RunFolderError} while another process has the folder, and where that cannot be told, on
 * another host. Everyone makes a claim first and looks at the others then: of two at the same time both may have to give
 * way, but never does each have it.
 */
export async function claimRun(path: string): Promise<RunClaim> {
  const own = join(path, `writer-${randomUUID()}.json`);
  const release = async () => {
    held.delete(own);
    await rm(own, { force: true });
  };
  const claim = { host: hostname(), pid: process.pid, since: new Date().toISOString() };
  held.add(own);
  try {
    await writeWhole(own, `${JSON.stringify(claim)}\n`);
    for (const name of await readdir(path)) {
      const file = join(path, name);
      if (NAME.test(name) && file !== own) await removeIfGone(file, path);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

/** What `open` does with a folder that this process has claimed. Where it fails the claim is given up. */
export async function claimed<T>(path: string, open: (claim: RunClaim) => Promise<T>): Promise<T> {
  const claim = await asWriting(path, () => claimRun(path));
  try {
    return await open(claim);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/** Removes a claim of nobody. Throws {@link RunFolderError} for one of somebody. */
async function removeIfGone(file: string, path: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  if (text === undefined) return;
  if (!isLive(text, file)) return rm(file, { force: true });
  throw new RunFolderError('is under way in another process', {
    field: 'run',
    value: path,
    remedy: `Wait for it, or stop it first: ${text.trim()}. If you know that it is gone, remove ${file}.`,
  });
}

function isLive(text: string, file: string): boolean {
  const { data } = schema.safeParse(parseStrictJson(text, file));
  if (data?.host !== hostname()) return true;
  if (data.pid === process.pid) return held.has(file);
  try {
    return process.kill(data.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
