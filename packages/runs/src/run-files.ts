import { SoftmoeError } from '@softmoe/model';

/** What to do with a run whose files do not let it go on. */
export const START_AGAIN = 'Start the run again from its config.json in another folder.';

/** What to do with a run whose files cannot be read. */
export const RUN_AGAIN = 'Run its config.json again into another folder.';

/** What to do with a run on a table whose files cannot be read. */
export const RUN_TABLE_AGAIN = 'Run its data.json again into another folder.';

/** The files of a run folder. */
export const fileNames = {
  config: 'config.json',
  about: 'about.json',
  checkpoint: 'checkpoint.json',
  records: 'records.jsonl',
  /** Of a run on a table, until it has ended. */
  fits: 'fits.jsonl',
  result: 'result.json',
  model: (name: string) => `${name}.safetensors`,
  module: (name: 'gate' | 'expert') => `${name}.mjs`,
} as const;

/** A path as a word of a shell's command line, quoted where it has to be; for commands that are to be copied. */
export function shellWord(path: string): string {
  const word = path.startsWith('-') ? `./${path}` : path;
  const windows = process.platform === 'win32';
  if ((windows ? /^[\w+=:,.\\/-]+$/ : /^[\w@%+=:,./-]+$/).test(word)) return word;
  return windows ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Why a run does not go on that has ended; `config` is the file of its config. */
export function alreadyComplete(path: string, config: string): RunFolderError {
  return new RunFolderError('is complete: there is nothing left to do', {
    field: 'run',
    value: path,
    remedy: `Look at it with softmoe show ${shellWord(path)}, or run its ${config} again into another folder.`,
  });
}

/** A run folder cannot be made, read or written. */
export class RunFolderError extends SoftmoeError {
  override readonly name = 'RunFolderError';
}
