import {
  fixed,
  heatMapFigure,
  listed,
  plural,
  type RecoveryPoint,
  readable,
  recoveryFigure,
  wilson,
} from '@softmoe/figures';
import type { SweepCell } from '@softmoe/runs';
import type { ReportBlock, ReportSection } from './document.ts';
import { type SweepAxis, shown } from './sweep-axes.ts';

/** Recovery over what varies: a curve over one numeric field, a heat map over two fields, and every cell in a table. */
export function recoverySection(
  cells: readonly SweepCell[],
  axes: readonly SweepAxis[],
): ReportSection {
  const [first, second] = axes;
  const over = axes.length > 0 ? ` over ${listed(axes.map(({ field }) => field))}` : '';
  return {
    id: 'recovery',
    heading: `Recovery${over}`,
    blocks: [
      ...(first && second && axes.length === 2 ? [heatMap(cells, first, second)] : []),
      ...axes.filter(({ numeric }) => numeric).flatMap((axis) => curve(cells, axis, axes.length)),
      table(cells, axes),
    ],
  };
}

/** Of cells that may be shared by several others, which the numbers are then summed over. */
function curve(cells: readonly SweepCell[], axis: SweepAxis, fields: number): ReportBlock[] {
  const points = axis.values.map((value): RecoveryPoint => {
    const here = cells.filter((cell) => at(cell, axis) === value);
    return {
      value: Number(value),
      recovered: here.reduce((sum, { recovered }) => sum + recovered, 0),
      runs: here.reduce((sum, { done }) => sum + done, 0),
    };
  });
  if (points.every(({ runs }) => runs === 0)) return [];
  const figure = recoveryFigure({ field: axis.field, points });
  const pooled =
    fields > 1 ? ` All values of the other ${fields > 2 ? 'fields' : 'field'} count together.` : '';
  return [
    ...(fields === 1 ? [{ kind: 'text', text: thresholdWords(axis.field, points) } as const] : []),
    { kind: 'figure', figure: { ...figure, caption: `${figure.caption}${pooled}` } },
  ];
}

function thresholdWords(field: string, points: readonly RecoveryPoint[]): string {
  const sorted = points.filter(({ runs }) => runs > 0).sort((a, b) => a.value - b.value);
  const always = sorted.findLastIndex(({ recovered, runs }) => recovered < runs) + 1;
  const from = sorted[always];
  if (!from) {
    const best = sorted.reduce((a, b) => (b.recovered / b.runs > a.recovered / a.runs ? b : a));
    return `There is no value of \`${field}\` from which on every run recovers; the best is ${best.value}, with ${best.recovered} of ${plural(best.runs, 'run')}.`;
  }
  const [low] = wilson(from.recovered, from.runs);
  return (
    `From \`${field}\` ${from.value} on every run recovers the teacher: ${from.recovered} of ${from.runs} there, ` +
    `so that the probability is at least ${fixed(low, 2)} (Wilson, 95 %).`
  );
}

function heatMap(cells: readonly SweepCell[], x: SweepAxis, y: SweepAxis): ReportBlock {
  const known = cells.filter(({ done }) => done > 0);
  return {
    kind: 'figure',
    figure: heatMapFigure({
      name: 'recovery',
      title: `Recovery by ${x.field} and ${y.field}`,
      caption: `Share of runs that recover every teacher expert, by ${x.field} (across) and ${y.field} (up): the stronger the colour, the more.`,
      x: x.field,
      y: y.field,
      cells: known.map((cell) => ({
        x: at(cell, x),
        y: at(cell, y),
        share: cell.recovered / cell.done,
        label: `${cell.recovered}/${cell.done}`,
      })),
    }),
  };
}

function table(cells: readonly SweepCell[], axes: readonly SweepAxis[]): ReportBlock {
  const number = (value: number | null) => (value === null ? '–' : readable(Math.abs(value)));
  return {
    kind: 'table',
    caption:
      'Recovered: every teacher expert was found; certified: and the certificate holds. Losses, units left and seconds are medians over the runs that ended; the parameter error is the largest of those that have one, and the number of those without stands beside it.',
    columns: [
      ...axes.map(({ field }) => field),
      'runs',
      'failed',
      'recovered',
      '95 % interval',
      'certified',
      'units left',
      'final loss',
      'parameter error',
      'without one',
      'seconds',
    ],
    rows: cells.map((cell) => [
      ...axes.map((axis) => String(at(cell, axis))),
      cell.done + cell.failed < cell.runs
        ? `${cell.done + cell.failed} of ${cell.runs}`
        : `${cell.runs}`,
      `${cell.failed}`,
      cell.done > 0 ? `${cell.recovered} of ${cell.done}` : '–',
      cell.done > 0
        ? wilson(cell.recovered, cell.done)
            .map((end) => fixed(end, 2))
            .join('–')
        : '–',
      cell.done > 0 ? `${cell.certified} of ${cell.done}` : '–',
      number(cell.survivors),
      number(cell.loss),
      number(cell.parameterError),
      `${cell.withoutError}`,
      number(cell.seconds),
    ]),
  };
}

/** The value of a swept field in a cell. */
function at({ values }: SweepCell, { field }: SweepAxis): number | string {
  return shown(values[field]);
}
