import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** What the names of temporary files end in. */
export const PARTIAL = '.partial';

/**
 * Writes under a temporary name of its own first, then to disk, then renames: readers never see a part of a file, whatever
 * kills the writer, and writers of the same file don't meet.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}${PARTIAL}`;
  try {
    const file = await open(temporary, 'wx');
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
