import type { Summary } from '@softmoe/lab';
import { median } from 'simple-statistics';
import { getField } from './fields.ts';
import type { Sweep } from './sweep.ts';
import type { SweepRecord } from './sweep-folder.ts';

/** The runs of a sweep that differ in their seed only. */
export interface SweepCell {
  /** Values of the swept fields but the seed, by dotted field. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Runs that belong here, recorded or not. */
  readonly runs: number;
  readonly records: readonly SweepRecord[];
  readonly done: number;
  readonly failed: number;
  /** Runs that recovered every teacher expert: found them, whatever the certificate says. */
  readonly recovered: number;
  /** Runs that recovered every teacher expert and are certified. */
  readonly certified: number;
  /** Median over the runs that are done; null when none is. */
  readonly survivors: number | null;
  /** Median of the final loss. */
  readonly loss: number | null;
  /** Largest one, of the runs that have one: those with as many units left as the teacher has. */
  readonly parameterError: number | null;
  /** Runs that are done and have none. */
  readonly withoutError: number;
  /** Median. */
  readonly seconds: number | null;
}

/** Whether a run recovered every teacher expert and is certified: what `softmoe run` ends with 0 for. */
export function isCertified({ recovered, teachers, certificate }: Summary): boolean {
  return recovered === teachers && certificate.verdict === 'certified';
}

/** Groups the records of a sweep by all fields but the seed, in the order of the sweep. */
export function sweepCells(sweep: Sweep, records: readonly SweepRecord[]): SweepCell[] {
  const fields = sweep.fields.filter((field) => field !== 'seed');
  const keyOf = (config: unknown) =>
    JSON.stringify(fields.map((field) => getField(config, field) ?? null));
  const cells = new Map<
    string,
    { values: SweepCell['values']; runs: number; found: SweepRecord[] }
  >();
  for (const { config } of sweep.runs) {
    const key = keyOf(config);
    const cell = cells.get(key);
    if (cell) cell.runs++;
    else {
      const values = Object.fromEntries(fields.map((field) => [field, getField(config, field)]));
      cells.set(key, { values, runs: 1, found: [] });
    }
  }
  for (const record of records) cells.get(keyOf(record.input))?.found.push(record);
  return [...cells.values()].map(({ values, runs, found }) => cellOf(values, runs, found));
}

function cellOf(
  values: SweepCell['values'],
  runs: number,
  records: readonly SweepRecord[],
): SweepCell {
  const done = records.flatMap((record) => (record.status === 'done' ? [record] : []));
  const outputs = done.map(({ output }) => output);
  const errors = outputs.flatMap(({ parameterError }) => parameterError ?? []);
  const middle = (numbers: number[]) => (numbers.length > 0 ? median(numbers) : null);
  return {
    values,
    runs,
    records,
    done: done.length,
    failed: records.length - done.length,
    recovered: outputs.filter(({ recovered, teachers }) => recovered === teachers).length,
    certified: outputs.filter(isCertified).length,
    survivors: middle(outputs.map(({ survivors }) => survivors)),
    loss: middle(outputs.map(({ loss }) => loss.final)),
    parameterError: errors.length > 0 ? Math.max(...errors) : null,
    withoutError: outputs.length - errors.length,
    seconds: middle(done.map(({ seconds }) => seconds)),
  };
}
