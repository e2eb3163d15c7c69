import { join } from 'node:path';
import type { Summary } from '@softmoe/lab';
import { StoreError } from '@softmoe/tasks';
import { writeTogether } from '@softmoe/tasks/files';
import type { ColumnSource } from 'hyparquet-writer';
import { shellWord } from '../run-files.ts';
import { isCertified } from './cells.ts';
import { flatten, getField } from './fields.ts';
import { readSweep, type SweepRecord, type SweepResults } from './sweep-folder.ts';
import { wholeFields } from './whole-fields.ts';

/** A cell of the table of results. */
type Cell = string | number | boolean | null;

/**
 * Writes a sweep as tidy tables into the folder `out`, and returns their paths: runs.csv, one row a run ({@link resultRow}), and
 * milestones.csv, one row a teacher expert of a run, with the run's `id`, what the sweep varies, and the times at which the expert and
 * its router aligned, empty for never. Throws what `readSweep` throws, and `StoreError` where they cannot be written.
 */
export async function exportSweepTables(folder: string, out: string): Promise<string[]> {
  const { sweep, records } = await readSweep(folder);
  const milestones = records.flatMap((record) => {
    if (record.status === 'failed') return [];
    const varied = sweep.fields.map((field) => [field, cellOf(getField(record.input, field))]);
    const { expert, router } = record.output.milestones;
    return expert.map((time, j) => ({
      id: record.id,
      ...(Object.fromEntries(varied) as Record<string, Cell>),
      teacherExpert: j + 1,
      'expert.time': time,
      'router.time': router[j] ?? null,
    }));
  });
  const files = {
    'runs.csv': csvOf(records.map(resultRow)),
    'milestones.csv': csvOf(milestones),
  };
  try {
    await writeTogether(out, files);
  } catch (cause) {
    const remedy = `Choose a folder that can be written (${(cause as Error).message}).`;
    throw new StoreError('cannot be written', { field: 'out', value: out, remedy }, { cause });
  }
  return Object.keys(files).map((name) => join(out, name));
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : (value as Cell);
}

/** Rows as CSV under all names that any of them has; what is null or missing is empty. */
function csvOf(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))];
  return lines.map((line) => `${line.map(quoted).join(',')}\n`).join('');
}

function quoted(cell: Cell): string {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The files that {@link exportSweep} makes. */
export const resultFiles = { lines: 'results.jsonl', parquet: 'results.parquet' } as const;

/**
 * Writes the records of a sweep's folder, in the order of the sweep, as results.jsonl (one record a line) and results.parquet (one
 * row a record, {@link resultRow}). Throws what `readSweep` and {@link writeResults} throw.
 */
export async function exportSweep(folder: string): Promise<SweepResults> {
  const results = await readSweep(folder);
  await writeResults(folder, results);
  return results;
}

/** Writes results that are read already as results.jsonl and results.parquet. Throws `StoreError` when they cannot be written. */
export async function writeResults(folder: string, results: SweepResults): Promise<void> {
  const lines = results.records.map((record) => `${JSON.stringify(record)}\n`);
  try {
    await writeTogether(folder, {
      [resultFiles.lines]: lines.join(''),
      [resultFiles.parquet]: await parquetOf(results.records),
    });
  } catch (cause) {
    throw new StoreError(
      'keeps every record, but its tables of results cannot be written',
      {
        field: 'folder',
        value: folder,
        remedy: `Check that the disk has room (${(cause as Error).message}); then softmoe sweep export ${shellWord(folder)}.`,
      },
      { cause },
    );
  }
}

/**
 * A record as one flat row: the config's fields by their dotted names, then what came out. Times at which experts and
 * routers aligned are the mean over those that did, with their number.
 */
export function resultRow(record: SweepRecord): Record<string, Cell> {
  const output = record.status === 'done' ? record.output : undefined;
  const error = record.status === 'failed' ? record.error : undefined;
  return {
    ...(Object.fromEntries(flatten(record.input as object)) as Record<string, Cell>),
    status: record.status,
    error: error ? `${error.name}: ${error.message}` : null,
    ...outcome(output),
    seconds: record.seconds,
    endedAt: record.endedAt,
    id: record.id,
    code: record.code,
    'environment.node': record.environment.node,
    'environment.softmoe': record.environment.softmoe,
    'environment.platform': record.environment.platform,
    'environment.arch': record.environment.arch,
    'git.commit': record.environment.git?.commit ?? null,
    'git.dirty': record.environment.git?.dirty ?? null,
  };
}

function outcome(output: Summary | undefined): Record<string, Cell> {
  const milestones = (kind: 'expert' | 'router') =>
    (output?.milestones[kind] ?? []).flatMap((time) => time ?? []);
  const [experts, routers] = [milestones('expert'), milestones('router')];
  const mean = (times: readonly number[]) =>
    times.length > 0 ? times.reduce((sum, time) => sum + time, 0) / times.length : null;
  return {
    recovered: output?.recovered ?? null,
    recoveredAll: output ? output.recovered === output.teachers : null,
    certified: output ? isCertified(output) : null,
    proved: provedBy(output),
    survivors: output?.survivors ?? null,
    parameterError: output?.parameterError ?? null,
    'loss.start': output?.loss.start ?? null,
    'loss.trained': output?.loss.trained ?? null,
    'loss.pruned': output?.loss.pruned ?? null,
    'loss.final': output?.loss.final ?? null,
    'contraction.predicted': output?.contraction.predicted ?? null,
    'contraction.measured': output?.contraction.measured ?? null,
    'milestones.expert.aligned': output ? experts.length : null,
    'milestones.expert.mean': mean(experts),
    'milestones.router.aligned': output ? routers.length : null,
    'milestones.router.mean': mean(routers),
    verdict: output?.certificate.verdict ?? null,
    'steps.train': output?.steps.train ?? null,
    'steps.finetune': output?.steps.finetune ?? null,
  };
}

/** Whether there is a proof; null for results that were written before there were any. */
function provedBy(output: Summary | undefined): boolean | null {
  const proof = output?.certificate.proof;
  return proof === undefined ? null : proof !== null;
}

/** Fields that only some configs have, such as `geometry.overlap`, are null in the others. */
async function parquetOf(records: readonly SweepRecord[]): Promise<Uint8Array> {
  // Loaded when a table is written: a single run starts without it.
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const rows = records.map(resultRow);
  const names = [...new Set(rows.flatMap(Object.keys))];
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: names.map((name) =>
        columnOf(
          name,
          rows.map((row) => row[name] ?? null),
        ),
      ),
    }),
  );
}

function columnOf(name: string, data: Cell[]): ColumnSource {
  const types = new Set(data.flatMap((cell) => (cell === null ? [] : [typeof cell])));
  if (types.has('string') || TEXTS.has(name)) {
    const texts = data.map((cell) => (cell === null ? null : String(cell)));
    return { name, data: texts, type: 'STRING' };
  }
  if (types.has('boolean') || BOOLEANS.has(name)) return { name, data, type: 'BOOLEAN' };
  const fits = data.every((cell) => cell === null || Math.abs(Number(cell)) < 2 ** 31);
  return { name, data, type: COUNTS.has(name) && fits ? 'INT32' : 'DOUBLE' };
}

/** Columns of text, also where no row has any. */
const TEXTS: ReadonlySet<string> = new Set(['error', 'verdict', 'git.commit']);

/** Columns of yes and no, also where no row has any. */
const BOOLEANS: ReadonlySet<string> = new Set(['recoveredAll', 'certified', 'proved', 'git.dirty']);

/** Columns of whole numbers. The others are floating-point even where they happen to be whole. */
const COUNTS: ReadonlySet<string> = new Set([
  ...wholeFields,
  ...['recovered', 'survivors', 'steps.train', 'steps.finetune'],
  ...['milestones.expert.aligned', 'milestones.router.aligned'],
]);
