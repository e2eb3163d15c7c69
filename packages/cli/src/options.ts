import { UnsupportedError } from '@softmoe/model';
import { Option } from 'commander';

/** An option that may be given more than once: all of its words, in order. */
export function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((word, words: string[] = []) => [...words, word]);
}

/** What a model may need beside its file. */
export interface PartOptions {
  readonly gate?: string;
  readonly expert?: string;
}

/** `--gate` and `--expert` of the commands that read a model whose file only names them. */
export function partOptions(): Option[] {
  return ['gate', 'expert'].map(
    (part) =>
      new Option(
        `--${part} <module>`,
        `the module of the ${part}, where the file of a model only names one of your own; it is code and runs as such`,
      ),
  );
}

/** Throws {@link UnsupportedError} for the first of `names` among the options: it would be passed over in silence. */
export function refuseOptions(
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
  problem: string,
): void {
  const field = names.find((name) => options[name] !== undefined);
  if (field === undefined) return;
  throw new UnsupportedError(problem, { field, value: options[field], remedy: 'Leave it out.' });
}

/** What options have for a run on a table that are about something else. */
export const NO_MEANING = 'has no meaning for a run on a table';

/** Names of columns as one word of the command line. */
export function columnNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
