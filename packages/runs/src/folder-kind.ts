import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from '@softmoe/tasks/files';
import { fileNames, shellWord } from './run-files.ts';

/** The file of a sweep's folder that holds its definition. */
export const DEFINITION = 'sweep.json';

/** The file of a folder of a run on a table that holds its config. */
export const DATA_CONFIG = 'data.json';

/** What a path leads to, by the files that are there; `data` is the folder of a run on a table, which has no teacher. */
export type FolderKind = 'nothing' | 'file' | 'run' | 'data' | 'sweep' | 'folder';

/** What a path leads to. A folder that cannot be looked into is a folder. */
export async function folderKind(path: string): Promise<FolderKind> {
  const found = await stat(path).catch(ignoreMissing);
  if (!found) return 'nothing';
  if (!found.isDirectory()) return 'file';
  const holds = (name: string) =>
    stat(join(path, name)).then(
      () => true,
      () => false,
    );
  if (await holds(DEFINITION)) return 'sweep';
  if (await holds(fileNames.config)) return 'run';
  // A data.json by itself is of something else.
  const begun = (await holds(fileNames.fits)) || (await holds(fileNames.result));
  return begun && (await holds(DATA_CONFIG)) ? 'data' : 'folder';
}

/** Why a path is not the folder of a run, or of a sweep, and what to do with what it is. */
export async function notFolderOf(
  wanted: 'run' | 'sweep',
  path: string,
): Promise<{ readonly problem: string; readonly remedy: string }> {
  const word = shellWord(path);
  const made = wanted === 'run' ? 'softmoe run --out' : 'softmoe sweep';
  const file = wanted === 'run' ? fileNames.config : DEFINITION;
  const give = `Give the folder that ${made} made: it has a ${file}.`;
  switch (await folderKind(path)) {
    case 'nothing':
      return { problem: 'is not there', remedy: `Check the path. ${give}` };
    case 'file':
      return { problem: 'is a file', remedy: give };
    case 'sweep':
      return {
        problem: `is the folder of a sweep, which holds no ${fileNames.config}`,
        remedy: `See softmoe report ${word} or softmoe sweep export ${word}.`,
      };
    case 'run':
      return {
        problem: 'is the folder of a run, not of a sweep',
        remedy: `See softmoe show ${word} or softmoe report ${word}.`,
      };
    case 'data':
      return {
        problem: 'is the folder of a run on data, which has no teacher',
        remedy: `See softmoe show ${word}.`,
      };
    case 'folder':
      return wanted === 'run'
        ? {
            problem: `holds no ${fileNames.config}, so it is no run`,
            remedy: `${give} softmoe runs ${word} lists those in it.`,
          }
        : { problem: 'is not the folder of a sweep', remedy: give };
  }
}
