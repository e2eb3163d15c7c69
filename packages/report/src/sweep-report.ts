import { listed, lossWords, plural, readable, secondsFigure, stateWords } from '@softmoe/figures';
import {
  describeValues,
  type SweepCell,
  type SweepRecord,
  type SweepResults,
  sweepCells,
} from '@softmoe/runs';
import { median } from 'simple-statistics';
import type { ReportDocument, ReportSection } from './document.ts';
import { axesOf, type SweepAxis } from './sweep-axes.ts';
import { loadingSection } from './sweep-loading.ts';
import { recoverySection } from './sweep-recovery.ts';

/**
 * The report of a sweep, as far as it has come: what varies, recovery over it with intervals, every cell in a table, the
 * runs that failed or missed an expert, the time it took, and how to load the results elsewhere.
 */
export function sweepReport(results: SweepResults): ReportDocument {
  const { sweep, records } = results;
  const cells = sweepCells(sweep, records);
  const axes = axesOf(sweep);
  return {
    title: titleOf(sweep.name, doneOf(cells)),
    lead: leadOf(results, cells, axes),
    sections: [
      recoverySection(cells, axes),
      ...failures(results),
      ...misses(results),
      ...(records.length > 0 ? [time(records)] : []),
      loadingSection(axes),
      repeating(results),
    ],
  };
}

function titleOf(name: string, { done, recovered, certified }: ReturnType<typeof doneOf>): string {
  return `Sweep ${name}: ${certified} of ${plural(done, 'run')} certified, ${recovered} recovered every teacher expert`;
}

function doneOf(cells: readonly SweepCell[]) {
  const sum = (of: (cell: SweepCell) => number) => cells.reduce((total, c) => total + of(c), 0);
  return {
    runs: sum(({ runs }) => runs),
    done: sum(({ done }) => done),
    failed: sum(({ failed }) => failed),
    recovered: sum(({ recovered }) => recovered),
    certified: sum(({ certified }) => certified),
    withoutError: sum(({ withoutError }) => withoutError),
  };
}

function leadOf(
  { missing, codes }: SweepResults,
  cells: readonly SweepCell[],
  axes: readonly SweepAxis[],
): string[] {
  const { runs, done, failed, recovered, certified, withoutError } = doneOf(cells);
  const varying = axes.map(({ field, values }) => `${field} (${plural(values.length, 'value')})`);
  const seeds = Math.max(...cells.map((cell) => cell.runs));
  return [
    `${plural(runs, 'run')}${varying.length > 0 ? ` over ${listed(varying)}` : ''}, ${plural(seeds, 'run')} for each combination. Every teacher expert was recovered in ${recovered} of the ${done} that ended, and ${certified} of them ${certified === 1 ? 'is' : 'are'} certified.`,
    ...(withoutError > 0
      ? [
          `${plural(withoutError, 'run')} of them ${withoutError === 1 ? 'has' : 'have'} no parameter error, since as many units as the teacher has were not left.`,
        ]
      : []),
    ...(failed > 0 ? [`${plural(failed, 'run')} failed; the reasons are below.`] : []),
    ...(missing > 0
      ? [
          `The sweep is not finished: ${plural(missing, 'run')} ${missing === 1 ? 'has' : 'have'} no record yet.`,
        ]
      : []),
    ...(codes.length > 1
      ? [`The records come from ${codes.length} versions of the code: compare them with care.`]
      : []),
  ];
}

/** More rows than this are left to the files of results. */
const ROWS = 50;

function failures({ sweep, records }: SweepResults): ReportSection[] {
  const failed = records.flatMap((record) => (record.status === 'failed' ? [record] : []));
  if (failed.length === 0) return [];
  return [
    {
      id: 'failures',
      heading: 'Runs that failed',
      verdict: { word: `${failed.length}`, tone: 'bad' },
      blocks: [
        {
          kind: 'table',
          columns: ['run', 'error', 'what to do'],
          rows: failed
            .slice(0, ROWS)
            .map(({ input, error }) => [
              nameOf(sweep, input),
              `${error.name}: ${error.message}`,
              error.remedy ?? '–',
            ]),
        },
        ...rest(failed.length),
      ],
    },
  ];
}

function misses({ sweep, records }: SweepResults): ReportSection[] {
  const missed = records.flatMap((record) =>
    record.status === 'done' && record.output.missing.length > 0 ? [record] : [],
  );
  if (missed.length === 0) return [];
  return [
    {
      id: 'misses',
      heading: 'Runs that missed a teacher expert',
      blocks: [
        {
          kind: 'table',
          columns: ['run', 'recovered', 'units left', 'final loss', 'certificate'],
          rows: missed
            .slice(0, ROWS)
            .map(({ input, output }) => [
              nameOf(sweep, input),
              `${output.recovered} of ${output.teachers}`,
              `${output.survivors}`,
              lossWords(output.loss.final, output.loss.start),
              stateWords(output.certificate),
            ]),
        },
        ...rest(missed.length),
      ],
    },
  ];
}

function rest(count: number): ReportSection['blocks'] {
  return count > ROWS
    ? [
        {
          kind: 'text',
          text: `These are the first ${ROWS} of ${count}; all are in the files of results.`,
        },
      ]
    : [];
}

/** A run by what the sweep sets in it. */
function nameOf({ runs }: SweepResults['sweep'], input: unknown): string {
  const run = runs.find(({ config }) => JSON.stringify(config) === JSON.stringify(input));
  return describeValues(run?.values ?? {});
}

function time(records: readonly SweepRecord[]): ReportSection {
  const seconds = records.map((record) => record.seconds);
  const total = seconds.reduce((sum, s) => sum + s, 0);
  return {
    id: 'time',
    heading: 'Time',
    blocks: [
      {
        kind: 'text',
        text: `All runs together took ${readable(total, 3)} s of one core, ${readable(median(seconds))} s each at the median.`,
      },
      { kind: 'figure', figure: secondsFigure(seconds) },
    ],
  };
}

function repeating({ sweep }: SweepResults): ReportSection {
  return {
    id: 'repeat',
    heading: 'Repeat it',
    blocks: [
      { kind: 'text', text: 'Save this as `sweep.json`:' },
      { kind: 'code', language: 'json', text: JSON.stringify(sweep.definition, null, 2) },
      {
        kind: 'code',
        language: 'shell',
        text: 'softmoe sweep sweep.json --out again\nsoftmoe report again',
      },
    ],
  };
}
