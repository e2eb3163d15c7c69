import { readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, join, parse } from 'node:path';
import type { Warning } from '@softmoe/lab';
import {
  FormatError,
  loadMoE,
  type MoE,
  type OwnParts,
  type SoftmoeError,
  UnsupportedError,
} from '@softmoe/model';
import { dump } from 'npyjs';
import { folderKind } from './folder-kind.ts';
import type { Precision } from './onnx/graph.ts';
import { saveOnnx } from './onnx/save-onnx.ts';
import { readModel, readRun } from './read-run.ts';
import { fileNames, RunFolderError, shellWord } from './run-files.ts';

/** A model from a file, and what was done to its rows. */
export interface ModelFile {
  readonly model: MoE;
  readonly warnings: readonly Warning[];
}

/**
 * The model that a path leads to: that of a safetensors file, with a gate and expert of the user's `own` where it only names them, or
 * of the folder of a run, which keeps those, its student after fine-tuning, or its teacher. Errors call it `field`. Throws {@link RunFolderError} for a run that has not come so far and what cannot be read, and
 * {@link FormatError} for a file of anything else, bare arrays included: they do not say of which gate and expert they are.
 */
export async function readModelAt(
  path: string,
  field: string = 'model',
  of: 'final' | 'teacher' = 'final',
  own: OwnParts = {},
): Promise<ModelFile> {
  const kind = await folderKind(path);
  if (kind === 'data') throw ofTable(path, field);
  if (kind !== 'run') return modelIn(path, field, own);
  const model = await readModel(await readRun(path), of);
  if (model) return { model, warnings: [] };
  throw new RunFolderError(`has no ${fileNames.model(of)} yet`, {
    field,
    value: path,
    remedy: `Go on with it by softmoe resume ${shellWord(path)}, or give the file of a model.`,
  });
}

/** A model of standardised inputs, taken without a word for one of the table's columns, would give wrong values. */
function ofTable(path: string, field: string): RunFolderError {
  const file = shellWord(join(path, fileNames.model('final')));
  return new RunFolderError(
    'is the folder of a run on data, whose model is of standardised inputs',
    {
      field,
      value: path,
      remedy: `Give ${file} if that is meant; softmoe predict and evaluate take the folder.`,
    },
  );
}

async function modelIn(path: string, field: string, own: OwnParts): Promise<ModelFile> {
  const bytes = await readFile(path).catch((cause: Error) => {
    const remedy = `Give a model (.safetensors) or the folder of a run (${cause.message}).`;
    throw new RunFolderError('cannot be read', { field, value: path, remedy }, { cause });
  });
  const warnings: Warning[] = [];
  try {
    const model = loadMoE(bytes, (normalised) => warnings.push(normalised), own);
    return { model, warnings };
  } catch (cause) {
    const { problem, field: within } = cause as SoftmoeError;
    if (cause instanceof UnsupportedError) {
      throw new FormatError(
        `cannot be used, ${within}: ${problem}`,
        { field, value: path, remedy: cause.remedy },
        { cause },
      );
    }
    const remedy =
      'Give a .safetensors file that saveMoE or a run wrote: it holds the gate and the expert, too.';
    throw new FormatError(
      `is no model that can be used, ${within}: ${problem}`,
      { field, value: path, remedy },
      { cause },
    );
  }
}

/**
 * Writes the ONNX file of the model that `path` leads to, see {@link readModelAt} and `saveOnnx`, and tells what was done to its
 * rows. It goes to `out`, or beside a file, or into the folder of a run. Throws what those two throw, and {@link RunFolderError}
 * where it cannot be written.
 */
export async function exportOnnx(
  path: string,
  { out, precision }: { readonly out?: string; readonly precision?: Precision } = {},
): Promise<{ readonly file: string; readonly warnings: readonly Warning[] }> {
  const { model, warnings } = await readModelAt(path);
  const isRun = (await folderKind(path)) === 'run';
  const source = isRun ? join(path, fileNames.model('final')) : path;
  const file = out ?? join(dirname(source), `${parse(source).name}.onnx`);
  await writeOut(file, await saveOnnx(model, precision && { precision }));
  return { file, warnings };
}

/** Texts and bytes of predictions by the end of a file's name. */
const writers: Readonly<Record<string, (values: Float64Array) => string | Uint8Array>> = {
  '.csv': (values) => `prediction\n${Array.from(values, (value) => `${value}\n`).join('')}`,
  '.npy': (values) => new Uint8Array(dump(values, [values.length])),
  '.json': (values) => `${JSON.stringify([...values])}\n`,
};

/** Predictions as a table of one column. */
export function predictionTable(values: Float64Array): string {
  return String(writers['.csv']?.(values));
}

/** Writes predictions as a .csv, .npy or .json file. Throws {@link RunFolderError} for another, and where it cannot be written. */
export async function writePredictions(file: string, values: Float64Array): Promise<void> {
  const write = writers[extname(file)];
  if (!write) {
    const remedy = `Use a name that ends in ${Object.keys(writers).join(', ')}.`;
    throw new RunFolderError('has an ending that says no format', {
      field: 'out',
      value: file,
      remedy,
    });
  }
  await writeOut(file, write(values));
}

async function writeOut(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(file, content).catch((cause: Error) => {
    const remedy = `Choose a file that can be written (${cause.message}).`;
    throw new RunFolderError('cannot be written', { field: 'out', value: file, remedy }, { cause });
  });
}
