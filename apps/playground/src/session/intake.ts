import { listed } from '@softmoe/figures';
import { type ErrorReport, reportOf } from '../errors.ts';

/** In place of the number of a run for files of which none could start. */
export const UNREAD = -1;

/** Names that a sentence lists. */
const MOST = 3;

/** A file that was taken in, by the number of the run that was to start from it. */
export interface Dropped {
  readonly run: number;
  /** What to say where it is refused, such as `notes.txt was not taken.` */
  readonly told: string;
  /** In pixels of the screen; undefined where it was chosen from a menu. */
  readonly at?: { readonly x: number; readonly y: number };
}

/** The file that a visitor handed in, or why there is none to start from. */
export type Intake = { readonly told: string } & (
  | { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly refused: ErrorReport }
);

/** Reads the one file of `files`: several at once are refused, so that none is taken in place of another. */
export async function takeIn(files: readonly File[]): Promise<Intake> {
  const [file] = files;
  const [told, name] = [`${file?.name} was not taken.`, file?.name ?? ''];
  if (!file || files.length > 1) {
    const names = files.slice(0, MOST).map((one) => one.name);
    const more = files.length - names.length;
    const all = listed(more > 0 ? [...names, `${more} more`] : names);
    const message = `A run starts from one file, and these came together: ${all}.`;
    return {
      told: `None of the ${files.length} files was taken.`,
      refused: { message, remedy: 'Hand in one of them.' },
    };
  }
  try {
    return { told, name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch (error) {
    const remedy = 'Choose a file, not a folder, that this browser may read.';
    return { told, refused: { ...reportOf(error), remedy } };
  }
}
