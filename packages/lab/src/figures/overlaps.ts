import { dot, gridX, gridY } from '@observablehq/plot';
import type { RecordLine } from '../record-line.ts';
import type { Figure } from './figure.ts';
import { plural } from './format.ts';
import { color, teacherColor } from './palette.ts';
import { unitTicks } from './units.ts';

interface Cell {
  readonly kind: 'experts' | 'routers';
  readonly unit: number;
  readonly j: number;
  readonly overlap: number;
}

const ROW = 22;

/** Hinton diagrams of both overlap matrices, student units across, teacher experts down: area is the overlap. */
export function overlapsFigure(
  record: RecordLine,
  { name = 'overlaps', when = 'now' }: { readonly name?: string; readonly when?: string } = {},
): Figure {
  const { expert = [], router = [] } = record.overlaps ?? {};
  const m = expert.length;
  const k = expert[0]?.length ?? 0;
  const cellsOf = (kind: Cell['kind'], rows: readonly (readonly number[])[]): Cell[] =>
    rows.flatMap((row, i) => row.map((overlap, j) => ({ kind, unit: i + 1, j, overlap })));
  const cells = [...cellsOf('experts', expert), ...cellsOf('routers', router)];
  const square = {
    x: 'unit',
    y: ({ j }: Cell) => j + 1,
    fy: 'kind',
    r: ({ overlap }: Cell) => Math.min(1, Math.abs(overlap)),
    symbol: 'square',
    stroke: ({ j }: Cell) => teacherColor(j),
    strokeWidth: 1.25,
  } as const;
  return {
    name,
    title: `Overlaps of student and teacher ${when}`,
    caption:
      `Overlap of ${plural(m, 'student unit')} (across) with ${plural(k, 'teacher expert')} (down), ${when}: above between ` +
      'experts, below between routers. The area of a square is the size of the overlap; filled is positive, hollow negative.',
    options: {
      height: 86 + 2 * ROW * Math.max(k, 1),
      marginTop: 12,
      marginLeft: 56,
      marginRight: 72,
      x: {
        label: 'student unit',
        type: 'band',
        domain: range(m),
        ticks: unitTicks(m),
        tickSize: 0,
      },
      y: { label: 'teacher expert', type: 'band', domain: range(k), tickSize: 0 },
      fy: { label: null, padding: 0.14 },
      r: { type: 'sqrt', domain: [0, 1], range: [0, radiusOf(m)] },
      marks: [
        gridX({ strokeOpacity: 0.07 }),
        gridY({ strokeOpacity: 0.12 }),
        dot(
          cells.filter(({ overlap }) => overlap >= 0),
          { ...square, fill: ({ j }: Cell) => teacherColor(j) },
        ),
        dot(
          cells.filter(({ overlap }) => overlap < 0),
          { ...square, fill: color('surface') },
        ),
      ],
    },
  };
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

/** Such that the squares of neighbours don't touch: Plot draws a square of side r√π. */
function radiusOf(units: number): number {
  const side = Math.min(ROW, 560 / Math.max(1, units)) - 3;
  return side / Math.sqrt(Math.PI);
}
