import { join } from 'node:path';
import { type FileFormat, type Format, parseStrictJson, readFormat } from '@softmoe/model/checks';
import { gitStateSchema } from '@softmoe/tasks';
import * as z from 'zod';
import { readIfThere } from './read-file.ts';
import { fileNames, RunFolderError } from './run-files.ts';

/** What about.json says it is. */
const ABOUT_FORMAT = { name: 'softmoe-about', version: 1 } as const satisfies Format;

const schema = z.object({
  format: z.object({
    name: z.literal(ABOUT_FORMAT.name),
    version: z.literal(ABOUT_FORMAT.version),
  }),
  tags: z.array(z.string()).exactOptional(),
  note: z.string().exactOptional(),
  git: gitStateSchema.exactOptional(),
});

/** What its user says of a run, and the git state of the folder that it was started in: nothing that it computes with. */
export type About = Readonly<Omit<z.output<typeof schema>, 'format'>>;

const aboutFormat: FileFormat<z.output<typeof schema>> = {
  ...ABOUT_FORMAT,
  what: 'description of a run',
  since: 1,
  schema,
};

/** about.json of a run. Throws {@link RunFolderError} for tags that could not be asked for again. */
export function encodeAbout(about: About): string {
  const bad = about.tags?.find((tag) => !/^[\w][\w.:/-]{0,99}$/.test(tag));
  if (bad !== undefined) {
    const remedy = 'Use letters, digits, and _ . : / - after the first.';
    throw new RunFolderError('is no tag', { field: 'tag', value: bad, remedy });
  }
  return `${JSON.stringify({ format: ABOUT_FORMAT, ...about }, null, 2)}\n`;
}

/** What about.json in the folder of a run says; nothing where there is none. Throws `FormatError` for a damaged one. */
export async function readAbout(path: string): Promise<About> {
  const file = join(path, fileNames.about);
  const text = await readIfThere(file);
  if (text === undefined) return {};
  const remedy = 'Correct it, or remove it: the run does not depend on it.';
  const { format: _, ...about } = readFormat(parseStrictJson(text, file), aboutFormat, {
    file,
    remedy,
  });
  return about;
}
