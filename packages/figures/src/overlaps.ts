import { dot, gridX, gridY, type Markish, type ScaleOptions } from '@observablehq/plot';
import type { RecordLine } from '@softmoe/lab';
import { unitTicks } from './axes.ts';
import type { Figure } from './draw.ts';
import { plural } from './format.ts';
import { color, teacherColor } from './palette.ts';

interface Cell {
  readonly kind: 'experts' | 'routers';
  readonly unit: number;
  readonly teacher: number;
  readonly overlap: number;
}

/** Pixels from one square to the next, and the side of the largest. */
const PITCH = 22;
const LARGEST = 19;
/** Of a wide figure, for the squares of all units. */
const ROOM = 560;

/** Hinton diagrams of both overlap matrices, student units across, teacher experts down: area is the overlap. */
export function overlapsFigure(
  record: RecordLine,
  { name = 'overlaps', when = 'now' }: { readonly name?: string; readonly when?: string } = {},
): Figure {
  const { expert = [], router = [] } = record.overlaps ?? {};
  const m = expert.length;
  const k = expert[0]?.length ?? 0;
  const cellsOf = (kind: Cell['kind'], rows: readonly (readonly number[])[]): Cell[] =>
    rows.flatMap((row, i) =>
      row.map((overlap, j) => ({ kind, unit: i + 1, teacher: j + 1, overlap })),
    );
  const cells = [...cellsOf('experts', expert), ...cellsOf('routers', router)];
  const units = { label: 'student unit', type: 'band', domain: range(m), tickSize: 0 } as const;
  const teachers = {
    label: 'teacher expert',
    type: 'band',
    domain: range(k),
    tickSize: 0,
  } as const;
  return {
    name,
    title: `Overlaps of student and teacher ${when}`,
    caption:
      `Overlap of ${plural(m, 'student unit')} with ${plural(k, 'teacher expert')}, ${when}: once between experts, ` +
      'once between routers. The area of a square is the size of the overlap; filled is positive, hollow negative.',
    options: {
      height: 86 + 2 * PITCH * Math.max(k, 3),
      marginTop: 12,
      marginRight: 72,
      x: { ...units, ticks: unitTicks(m) },
      y: teachers,
      fy: { label: null, padding: 0.14 },
      r: radii(Math.min(LARGEST, ROOM / Math.max(1, m) - 3)),
      marks: squares(cells, { x: 'unit', y: 'teacher', fy: 'kind' }),
    },
    narrow: {
      height: 90 + PITCH * m,
      marginTop: 40,
      x: teachers,
      y: { ...units, ticks: range(m) },
      fx: { label: null, padding: 0.14 },
      r: radii(LARGEST),
      marks: squares(cells, { x: 'teacher', y: 'unit', fx: 'kind' }),
    },
  };
}

function squares(
  cells: readonly Cell[],
  place: { readonly x: string; readonly y: string; readonly fx?: string; readonly fy?: string },
): Markish[] {
  const stroke = ({ teacher }: Cell) => teacherColor(teacher - 1);
  const look = {
    ...place,
    r: ({ overlap }: Cell) => Math.min(1, Math.abs(overlap)),
    symbol: 'square',
    stroke,
    strokeWidth: 1.25,
  } as const;
  const positive = cells.filter(({ overlap }) => overlap >= 0);
  const negative = cells.filter(({ overlap }) => overlap < 0);
  return [
    gridX({ strokeOpacity: 0.08 }),
    gridY({ strokeOpacity: 0.12 }),
    dot(positive, { ...look, fill: stroke }),
    dot(negative, { ...look, fill: color('surface') }),
  ];
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

/** Plot draws a square of side r√π. */
function radii(side: number): ScaleOptions {
  return { type: 'sqrt', domain: [0, 1], range: [0, side / Math.sqrt(Math.PI)] };
}
