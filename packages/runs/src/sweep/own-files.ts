import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing, sha256, writeShared } from '@softmoe/tasks/files';
import { SweepError } from './fields.ts';

/**
 * Kinds of files of the user's own that a sweep names: sweep.json pins them, and its folder keeps them under their SHA-256, by the
 * name of the kind. With it, what errors call one of them, and what the names of those that are kept end in.
 */
const kinds = {
  teachers: { what: 'file', ending: '' },
  modules: { what: 'module', ending: '.mjs' },
} as const;

type Kind = keyof typeof kinds;

/** Every text that stands as `key` of a field, in whatever was given as a definition: such as the `file` of a `teacher`. */
export function textsAt(definition: unknown, field: string, key: string): Set<string> {
  const { base, grid, list, random } = Object(definition);
  const places = [base, grid, Object(random).fields, ...(Array.isArray(list) ? list : [])];
  const found = places
    .map(Object)
    .flatMap((given) => [
      ...[given[field]].flat().map((value) => Object(value)[key]),
      ...[given[`${field}.${key}`]].flat(),
    ]);
  return new Set(found.filter((text) => typeof text === 'string' && text !== ''));
}

/** Digests by name as sweep.json pins them. Throws {@link SweepError} where one is another than is `pinned`. */
export function pinsOf(
  kind: Kind,
  digests: Iterable<readonly [name: string, sha256: string]>,
  pinned: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { what } = kinds[kind];
  const pins = Object.fromEntries(digests);
  for (const [name, digest] of Object.entries(pins)) {
    if ((pinned[name] ?? digest) === digest) continue;
    throw new SweepError(`is another ${what} than the one that the sweep was made for`, {
      field: `${kind}.${name}`,
      value: digest,
      remedy: `Give the ${what} of SHA-256 ${pinned[name]}, or leave ${kind} out to take this one.`,
    });
  }
  return pins;
}

/** Keeps files in the folder of a sweep. */
export async function keepFiles(
  path: string,
  kind: Kind,
  contents: Iterable<string | Uint8Array>,
): Promise<void> {
  for (const content of contents) {
    await mkdir(join(path, kind), { recursive: true });
    await writeShared(fileOf(path, kind, sha256(content)), content);
  }
}

/** Files that the folder of a sweep keeps, by name. Throws {@link SweepError} where one is missing or was changed. */
export async function keptFiles(
  path: string,
  kind: Kind,
  definition: unknown,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [name, digest] of Object.entries(Object(Object(definition)[kind]))) {
    const file = fileOf(path, kind, String(digest));
    const content = await readFile(file).catch(ignoreMissing);
    if (!content || sha256(content) !== digest) {
      throw new SweepError(
        content ? 'was changed since the sweep began' : 'is not in the folder of the sweep',
        {
          field: `${kind}.${name}`,
          value: file,
          remedy: `Put the ${kinds[kind].what} ${name} of SHA-256 ${digest} there.`,
        },
      );
    }
    files.set(name, content);
  }
  return files;
}

function fileOf(path: string, kind: Kind, digest: string): string {
  return join(path, kind, `${digest}${kinds[kind].ending}`);
}
