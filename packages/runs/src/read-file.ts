import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError } from '@softmoe/model';
import { decodeText } from '@softmoe/model/checks';
import { ignoreMissing, sha256 } from '@softmoe/tasks/files';
import * as z from 'zod';
import { asReading } from './file-errors.ts';

/** What a run wrote into one of its files: its size and the SHA-256 of its bytes. */
const written = z.object({ bytes: z.int().min(0), sha256: z.string() });
export type Written = Readonly<z.output<typeof written>>;

/** What a run wrote, by the name of the file; result.json holds it under `files`. */
export const writtenFiles = z.record(z.string(), written);

/** What a run wrote, by the name of the file: bytes and SHA-256 of each. */
export type WrittenFiles = Readonly<Record<string, Written>>;

export function writtenOf(content: Uint8Array): Written {
  return { bytes: content.length, sha256: sha256(content) };
}

/** Where the files of a run are, and what it wrote into them, as far as that is known. */
export interface RunFiles {
  readonly path: string;
  /** Of a complete run, or of records.jsonl up to the last checkpoint. Earlier versions did not keep it. */
  readonly files?: WrittenFiles;
  /** Set once nothing in the folder is changed again. */
  readonly result?: unknown;
}

/**
 * What a file of a run holds; undefined where there is none. Throws `FormatError` unless it begins with what the run wrote, and where
 * the run is complete ends with it, too.
 */
export async function readRunFile(run: RunFiles, name: string): Promise<Buffer | undefined> {
  const { path, files, result } = run;
  const file = join(path, name);
  const content = await asReading(file, () => readFile(file).catch(ignoreMissing));
  const expected = files?.[name];
  if (!expected) return content;
  if (!content) {
    if (expected.bytes === 0) return undefined;
    throw changed('is not there, though the run wrote it', file, undefined);
  }
  const kept = result ? content : content.subarray(0, expected.bytes);
  requireSize(file, kept.length, expected);
  const { sha256: digest } = writtenOf(kept);
  if (digest === expected.sha256) return content;
  throw changed('was changed since the run wrote it', file, `SHA-256 ${digest}`);
}

/** Throws `FormatError` for a file that is there with another size than the run gave it; looks at no contents. */
export async function requireSizes({ path, files = {} }: RunFiles): Promise<void> {
  for (const [name, expected] of Object.entries(files)) {
    const file = join(path, name);
    const found = await asReading(file, () => stat(file).catch(ignoreMissing));
    if (found) requireSize(file, found.size, expected);
  }
}

function requireSize(file: string, bytes: number, expected: Written): void {
  if (bytes === expected.bytes) return;
  throw changed(`must have the ${expected.bytes} bytes that the run wrote`, file, bytes);
}

function changed(problem: string, file: string, value: unknown): FormatError {
  const remedy = 'Put an unchanged copy in its place, or run its config again into another folder.';
  return new FormatError(problem, { field: file, value, remedy });
}

/** The whole lines in the bytes of a file, and how many bytes these are: a last line that is still being written, or was cut off, is left out. */
export function wholeLines(
  content: Uint8Array,
  file: string,
): { readonly lines: readonly string[]; readonly bytes: number } {
  const bytes = content.lastIndexOf(NEWLINE) + 1;
  return { lines: decodeText(content.subarray(0, bytes), file).split('\n').slice(0, -1), bytes };
}

const NEWLINE = '\n'.charCodeAt(0);

/** The text of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  const bytes = await asReading(path, () => readFile(path).catch(ignoreMissing));
  return bytes && decodeText(bytes, path);
}
