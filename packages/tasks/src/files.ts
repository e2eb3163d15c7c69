import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

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

/**
 * Writes files that belong together into `folder`, which is made if need be: all of them to disk before the first one gets
 * its name. Files of the names `obsolete` that are none of these are removed, so that what an earlier writer left does not
 * stand beside them.
 */
export async function writeTogether(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  obsolete: readonly string[] = [],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'new-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeWhole(join(temporary, name), content);
    }
    for (const name of obsolete)
      if (!(name in files)) await rm(join(folder, name), { force: true });
    for (const name of Object.keys(files)) await rename(join(temporary, name), join(folder, name));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** For `catch`, where a file may be missing, or the folder that it would be in a file: there is nothing then. Throws every other error on. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  return undefined;
}

/** The SHA-256 of bytes or of a text in UTF-8, in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** `content` with the digest of its own JSON under the key `sha256`: {@link isSealed} tells whether it was changed since. */
export function seal<Content extends object>(content: Content): Content & { sha256: string } {
  return { ...content, sha256: sha256(JSON.stringify(content)) };
}

/** Whether what a JSON file holds is what {@link seal} made of it. Files of before there was a seal have none and pass. */
export function isSealed(json: unknown): boolean {
  const { sha256: expected, ...content } = Object(json) as { sha256?: unknown };
  return expected === undefined || sha256(JSON.stringify(content)) === expected;
}
