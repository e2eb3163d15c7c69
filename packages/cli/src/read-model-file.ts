import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { warningWords } from '@softmoe/figures/words';
import {
  FormatError,
  loadMoE,
  type MoE,
  type OwnParts,
  SoftmoeError,
  UnsupportedError,
} from '@softmoe/model';
import { fileNames, folderKind } from '@softmoe/runs';
import type { Output } from './streams.ts';

/**
 * The model in a safetensors file, as runs keep them; rows of low precision are normalised, which is told on `stderr`; a gate and
 * an expert of the user's `own` stand in the places of their names. Throws `FormatError` about `field` with the path of a file that cannot be read or holds no model.
 */
export async function readModelFile(
  field: string,
  path: string,
  stderr: Output,
  own: OwnParts = {},
): Promise<MoE> {
  const kind = await folderKind(path);
  if (kind !== 'file' && kind !== 'nothing') {
    const remedy =
      kind === 'run'
        ? `Give the file of a model in it, such as ${join(path, fileNames.model('final'))}.`
        : 'Give the path of a safetensors file.';
    throw new FormatError('is a folder', { field, value: path, remedy });
  }
  const bytes = await readBytes(field, path);
  try {
    return loadMoE(
      bytes,
      (normalised) => {
        stderr.write(`warning: ${path}: ${warningWords(normalised)}\n`);
      },
      own,
    );
  } catch (cause) {
    if (!(cause instanceof SoftmoeError)) throw cause;
    const problem = cause instanceof UnsupportedError ? 'cannot be used' : 'holds no model';
    throw new FormatError(
      `${problem}: ${cause.message}`,
      { field, value: path, remedy: 'Give a safetensors file that softmoe wrote, or saveMoE.' },
      { cause },
    );
  }
}

async function readBytes(field: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new FormatError(
      'cannot be read',
      { field, value: path, remedy: `Check the path (${(cause as Error).message}).` },
      { cause },
    );
  }
}
