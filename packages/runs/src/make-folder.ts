import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RunFolderError } from './run-files.ts';

/** Under a temporary name until `fill` is done, then renamed to `path`, where there must be nothing. */
export async function makeFolder(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  if (existsSync(path)) throw taken(path);
  let temporary: string | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    temporary = await mkdtemp(`${path}.partial-`);
    await chmod(temporary, 0o777 & ~process.umask());
    await fill(temporary);
    await rename(temporary, path);
  } catch (cause) {
    if (temporary) await rm(temporary, { recursive: true, force: true });
    throw existsSync(path) ? taken(path, cause) : cannotMake(path, cause);
  }
}

function taken(path: string, cause?: unknown): RunFolderError {
  return new RunFolderError(
    'already exists, and runs are never overwritten',
    { field: 'out', value: path, remedy: 'Choose another folder, or remove this one first.' },
    { cause },
  );
}

function cannotMake(path: string, cause: unknown): RunFolderError {
  const remedy = `Choose a folder that can be written (${(cause as Error).message}).`;
  return new RunFolderError('cannot be made', { field: 'out', value: path, remedy }, { cause });
}
