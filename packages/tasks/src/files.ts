import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** What the names of temporary files end in. */
export const PARTIAL = '.partial';

/**
 * Writes under a temporary name first, to disk, then renames: readers never see a part of a file, whatever kills the writer.
 * For files that one process writes; {@link writeShared} is for those that several may write at the same time.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  temporary: string = `${path}${PARTIAL}`,
): Promise<void> {
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes a whole file, as {@link writeWhole}, where others may write it too: its temporary name is its own. A kill leaves that behind. */
export function writeShared(path: string, content: string | Uint8Array): Promise<void> {
  return writeWhole(path, content, `${path}.${randomUUID()}${PARTIAL}`);
}

/** For `catch`, where a file may be missing: there is nothing then. Throws every other error on. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
