import { join } from 'node:path';
import { recordOfLine } from '@softmoe/lab';
import { StoreError } from '@softmoe/tasks';
import { writeTogether } from '@softmoe/tasks/files';
import { recordColumns } from '@softmoe/train';
import type { Kept } from '../experiment-kept.ts';
import { getField } from './fields.ts';
import { keptIn } from './kept.ts';
import { type Cell, resultRow } from './results-table.ts';
import { readSweep, type SweepRecord } from './sweep-folder.ts';

type Row = Readonly<Record<string, Cell>>;

/**
 * Writes a sweep as tidy tables into the folder `out`, and returns their paths: runs.csv, one row a run ({@link resultRow});
 * milestones.csv, one row a teacher expert of a run, with the times at which the expert and its router aligned, empty for never; of a sweep
 * that keeps curves, curves.csv, one row a record of a run; and of one that keeps models, models/ID.NAME.safetensors. Rows have the
 * run's `id` and what the sweep varies. Throws what `readSweep` throws, `FormatError` for a damaged record, and `StoreError` where they
 * cannot be written.
 */
export async function exportSweepTables(folder: string, out: string): Promise<string[]> {
  const { sweep, records } = await readSweep(folder);
  const keyOf = (record: SweepRecord): Row => {
    const varied = sweep.fields.map((field) => [field, cellOf(getField(record.input, field))]);
    return { id: record.id, ...(Object.fromEntries(varied) as Row) };
  };
  const curves: Row[] = [];
  const models: Record<string, Uint8Array> = {};
  if (sweep.definition.keep) {
    for (const record of records) {
      const kept = await keptIn(folder, record.id);
      curves.push(...curvesOf(kept).map((row) => ({ ...keyOf(record), ...row })));
      for (const [name, bytes] of Object.entries(kept.models ?? {})) {
        models[`${record.id}.${name}.safetensors`] = Buffer.from(bytes, 'base64');
      }
    }
  }
  const tables = {
    'runs.csv': csvOf(records.map(resultRow)),
    'milestones.csv': csvOf(
      records.flatMap((record) =>
        milestonesOf(record).map((row) => ({ ...keyOf(record), ...row })),
      ),
    ),
    ...(curves.length > 0 && { 'curves.csv': csvOf(curves) }),
  };
  const inModels = join(out, 'models');
  try {
    await writeTogether(out, tables, ['curves.csv']);
    if (Object.keys(models).length > 0) await writeTogether(inModels, models);
  } catch (cause) {
    const remedy = `Choose a folder that can be written (${(cause as Error).message}).`;
    throw new StoreError('cannot be written', { field: 'out', value: out, remedy }, { cause });
  }
  return [
    ...Object.keys(tables).map((name) => join(out, name)),
    ...Object.keys(models).map((name) => join(inModels, name)),
  ];
}

function milestonesOf(record: SweepRecord): Row[] {
  if (record.status === 'failed') return [];
  const { expert, router } = record.output.milestones;
  return expert.map((time, j) => ({
    teacherExpert: j + 1,
    'expert.time': time,
    'router.time': router[j] ?? null,
  }));
}

function curvesOf({ curves = [] }: Kept): Row[] {
  return curves.map((line) => ({
    phase: line.phase,
    stage: line.stage ?? null,
    ...recordColumns(recordOfLine(line)),
  }));
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : (value as Cell);
}

/** Rows as CSV under all names that any of them has; what is null or missing is empty. */
function csvOf(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))];
  return lines.map((line) => `${line.map(quoted).join(',')}\n`).join('');
}

function quoted(cell: Cell): string {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
