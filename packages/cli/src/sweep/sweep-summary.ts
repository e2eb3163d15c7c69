import {
  describeValues,
  formatValue,
  getField,
  resultFiles,
  type SweepCell,
  type SweepRecord,
  type SweepResults,
  sweepCells,
} from '@softmoe/runs';
import { lossCell, readable } from '../numbers.ts';
import { fit, tableLines } from '../table.ts';

/** What a sweep found so far, in words and a table of its cells, or as JSON. */
export function sweepSummary(
  results: SweepResults,
  folder: string,
  { json }: { readonly json?: boolean | undefined } = {},
): string {
  const cells = sweepCells(results.sweep, results.records);
  const text = json ? asJson(results, folder, cells) : fit(inWords(results, folder, cells));
  return `${text}\n`;
}

function asJson(
  { sweep, records, missing, codes }: SweepResults,
  folder: string,
  cells: readonly SweepCell[],
): string {
  const failed = failedOf(records).length;
  const done = records.length - failed;
  const plain = cells.map(({ records: _, ...cell }) => cell);
  const { name, fields } = sweep;
  const runs = { total: sweep.runs.length, done, failed, missing };
  return JSON.stringify({ name, folder, fields, runs, codes, cells: plain }, null, 2);
}

function inWords(results: SweepResults, folder: string, cells: readonly SweepCell[]): string {
  const { sweep, records, missing, codes } = results;
  const failures = failedOf(records);
  const done = records.length - failures.length;
  const sum = (of: (cell: SweepCell) => number) => cells.reduce((total, c) => total + of(c), 0);
  const recovered = sum((cell) => cell.recovered);
  const certified = sum((cell) => cell.certified);
  const withoutError = sum((cell) => cell.withoutError);
  const counts = [
    `${done} of ${sweep.runs.length} runs done`,
    ...(failures.length > 0 ? [`${failures.length} failed`] : []),
    ...(missing > 0 ? [`${missing} missing`] : []),
  ];
  return [
    `Sweep ${sweep.name} over ${sweep.fields.join(', ') || 'nothing'}: ${counts.join(', ')}`,
    '',
    ...cellTable(sweep.fields, cells, SUMMARY),
    '',
    `${recovered} of ${done} runs recovered every teacher expert; ${certified} of ${done} are certified.`,
    ...(withoutError > 0
      ? [
          `${withoutError} of ${done} have no parameter error: as many units as the teacher has were not left.`,
        ]
      : []),
    ...reasons(failures, sweep.fields),
    ...(codes.length > 1
      ? [
          `The records come from ${codes.length} versions of the code; remove ${folder}/records to do all with one.`,
        ]
      : []),
    `Kept in ${folder}, with ${Object.values(resultFiles).join(' and ')}.`,
  ].join('\n');
}

/** A column of a table of cells. */
export type CellColumn = readonly [heading: string, text: (cell: SweepCell) => string];

/** What is known of each cell when a sweep is over. */
const SUMMARY: readonly CellColumn[] = [
  ['runs', ({ done, runs }) => (done === runs ? `${runs}` : `${done} of ${runs}`)],
  ['recovered all', ({ recovered, done }) => recoveredShare(recovered, done)],
  ['certified', ({ certified, done }) => recoveredShare(certified, done)],
  ['units', ({ survivors }) => readable(survivors)],
  ['loss', ({ loss }) => lossCell(loss)],
  ['param. error', ({ parameterError }) => readable(parameterError)],
  ['without one', ({ withoutError }) => (withoutError > 0 ? `${withoutError}` : '')],
  ['seconds', ({ seconds }) => readable(seconds)],
];

export function recoveredShare(recovered: number, done: number): string {
  return done === 0 ? '' : `${recovered} of ${done}`;
}

/** One row a cell: the swept fields but the seed, then `columns`. */
export function cellTable(
  fields: readonly string[],
  cells: readonly SweepCell[],
  columns: readonly CellColumn[],
): string[] {
  const swept = fields.filter((field) => field !== 'seed');
  return tableLines(
    [...swept, ...columns.map(([heading]) => heading)],
    cells.map((cell) => [
      ...swept.map((field) => formatValue(cell.values[field] ?? '')),
      ...columns.map(([, text]) => text(cell)),
    ]),
    { left: swept.length },
  );
}

type Failure = Extract<SweepRecord, { status: 'failed' }>;

function failedOf(records: readonly SweepRecord[]): Failure[] {
  return records.flatMap((record) => (record.status === 'failed' ? [record] : []));
}

/** Each reason once, with how often and an example. */
function reasons(failures: readonly Failure[], fields: readonly string[]): string[] {
  const byReason = new Map<string, Failure[]>();
  for (const failure of failures) {
    const reason = `${failure.error.name}: ${failure.error.message}`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), failure]);
  }
  return [...byReason].map(([reason, [first, ...others]]) => {
    const values = Object.fromEntries(
      fields.map((field) => [field, getField(first!.input, field)]),
    );
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    return `failed: ${describeValues(values)}${more}: ${reason}`;
  });
}
