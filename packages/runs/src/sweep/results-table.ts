import type { Summary } from '@softmoe/lab';
import { StoreError } from '@softmoe/tasks';
import { writeTogether } from '@softmoe/tasks/files';
import type { ColumnSource } from 'hyparquet-writer';
import { shellWord } from '../run-files.ts';
import { isCertified } from './cells.ts';
import { flatten } from './fields.ts';
import { readSweep, type SweepRecord, type SweepResults } from './sweep-folder.ts';
import { wholeFields } from './whole-fields.ts';

/** A cell of the table of results. */
export type Cell = string | number | boolean | null;

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
