import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';

const run = promisify(execFile);

/** The commit that a folder of a git repository is at, and whether files that git knows were changed since. */
export type GitState = Readonly<z.output<typeof gitStateSchema>>;

/** What files say of a {@link GitState}. A zod schema. */
export const gitStateSchema = z.object({ commit: z.string(), dirty: z.boolean() });

/** The {@link GitState} of a folder, by default the current one; undefined where there is no repository, no commit or no git. */
export async function gitState(folder: string = process.cwd()): Promise<GitState | undefined> {
  const git = async (...words: string[]) =>
    (await run('git', words, { cwd: folder })).stdout.trim();
  try {
    const [commit, changes] = await Promise.all([
      git('rev-parse', '--verify', 'HEAD'),
      git('--no-optional-locks', 'status', '--porcelain', '--untracked-files=no'),
    ]);
    return { commit, dirty: changes !== '' };
  } catch {
    return undefined;
  }
}
