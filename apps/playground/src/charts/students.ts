import type { Unit } from '../session/view.ts';
import { font } from './axes.ts';

export interface Palette {
  readonly ink: string;
  readonly soft: string;
  readonly grid: string;
  readonly surface: string;
  readonly raised: string;
  readonly nobody: string;
  teacher(j: number): string;
}

export interface Geometry {
  readonly left: number;
  readonly cell: number;
  readonly row: number;
  readonly teachers: number;
  readonly students: number;
  readonly height: number;
  /** Tops of the three bands. */
  readonly expert: number;
  readonly router: number;
  readonly amplitude: number;
}

const TITLE = 20;
const BARS = 64;
const GAP = 10;

export function geometryOf(width: number, students: number, teachers: number): Geometry {
  const left = 22;
  const cell = (width - left - 2) / Math.max(1, students);
  const row = Math.max(12, Math.min(22, cell));
  const expert = TITLE;
  const router = expert + teachers * row + GAP + TITLE;
  const amplitude = router + teachers * row + GAP + TITLE;
  return {
    left,
    cell,
    row,
    teachers,
    students,
    expert,
    router,
    amplitude,
    height: amplitude + BARS + 18,
  };
}

/** Hinton diagrams of both overlap matrices, students across, and the amplitudes below, on one horizontal scale. */
export function drawStudents(
  ctx: CanvasRenderingContext2D,
  units: readonly Unit[],
  geometry: Geometry,
  palette: Palette,
  highlight: { readonly teacher: number | undefined; readonly student: number | undefined },
): void {
  const { left, cell, height, students } = geometry;
  ctx.clearRect(0, 0, left + cell * students + 4, height);
  if (highlight.student !== undefined) {
    ctx.fillStyle = palette.raised;
    ctx.fillRect(left + highlight.student * cell, TITLE - 2, cell, height - TITLE - 14);
  }
  drawMatrix(ctx, units, 'expert', geometry, palette, highlight.teacher);
  drawMatrix(ctx, units, 'router', geometry, palette, highlight.teacher);
  drawAmplitudes(ctx, units, geometry, palette, highlight.teacher);
  drawNumbers(ctx, units, geometry, palette);
}

function drawMatrix(
  ctx: CanvasRenderingContext2D,
  units: readonly Unit[],
  kind: 'expert' | 'router',
  geometry: Geometry,
  palette: Palette,
  teacher: number | undefined,
): void {
  const { left, cell, row, teachers } = geometry;
  const top = geometry[kind];
  title(ctx, kind === 'expert' ? 'expert overlaps' : 'router overlaps', top, palette);
  ctx.font = font(12, 700);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  const most = Math.min(cell, row) - 2;
  for (let j = 0; j < teachers; j++) {
    const y = top + (j + 0.5) * row;
    ctx.globalAlpha = teacher === undefined || teacher === j ? 1 : 0.25;
    ctx.fillStyle = palette.ink;
    ctx.fillText(String(j + 1), left - 8, y);
    ctx.fillStyle = palette.grid;
    ctx.fillRect(left, y - 0.5, cell * units.length, 1);
    for (const unit of units) {
      const value = unit[kind][j] ?? 0;
      const side = most * Math.sqrt(Math.min(1, Math.abs(value)));
      if (side < 1) continue;
      const x = left + (unit.student + 0.5) * cell;
      const dim = unit.kept ? 1 : 0.16;
      ctx.globalAlpha = dim * (teacher === undefined || teacher === j ? 1 : 0.25);
      if (value > 0) {
        ctx.fillStyle = palette.teacher(j);
        ctx.fillRect(x - side / 2, y - side / 2, side, side);
      } else {
        ctx.fillStyle = palette.surface;
        ctx.fillRect(x - side / 2, y - side / 2, side, side);
        ctx.strokeStyle = palette.teacher(j);
        ctx.lineWidth = 1.25;
        ctx.strokeRect(
          x - side / 2 + 0.6,
          y - side / 2 + 0.6,
          Math.max(0.5, side - 1.2),
          Math.max(0.5, side - 1.2),
        );
      }
    }
  }
  ctx.globalAlpha = 1;
}

function drawAmplitudes(
  ctx: CanvasRenderingContext2D,
  units: readonly Unit[],
  { left, cell, amplitude: top }: Geometry,
  palette: Palette,
  teacher: number | undefined,
): void {
  title(ctx, 'amplitudes', top, palette);
  const base = top + BARS;
  const largest = Math.max(1, ...units.map((unit) => (unit.kept ? Math.abs(unit.amplitude) : 0)));
  ctx.fillStyle = palette.grid;
  ctx.fillRect(left, base, cell * units.length, 1);
  for (const unit of units) {
    const x = left + unit.student * cell + Math.max(1, cell * 0.15);
    const width = Math.max(1.5, cell * 0.7);
    const height = Math.max(
      1.5,
      (Math.min(largest, Math.abs(unit.amplitude)) / largest) * (BARS - 6),
    );
    const color = unit.teacher === undefined ? palette.nobody : palette.teacher(unit.teacher);
    ctx.globalAlpha = teacher === undefined || teacher === unit.teacher ? 1 : 0.25;
    if (unit.kept) {
      ctx.fillStyle = color;
      ctx.fillRect(x, base - height, width, height);
    } else {
      ctx.strokeStyle = palette.nobody;
      ctx.lineWidth = 1;
      ctx.strokeRect(x + 0.5, base - height + 0.5, width - 1, height - 1);
    }
  }
  ctx.globalAlpha = 1;
}

function drawNumbers(
  ctx: CanvasRenderingContext2D,
  units: readonly Unit[],
  { left, cell, amplitude }: Geometry,
  palette: Palette,
): void {
  ctx.font = font(11);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  const pruned = units.some((unit) => !unit.kept);
  const every = pruned ? 1 : Math.ceil(15 / cell);
  for (const unit of units) {
    const x = left + (unit.student + 0.5) * cell;
    const y = amplitude + BARS + 3;
    ctx.fillStyle = palette.soft;
    if (!unit.kept) {
      // Pruned: a cross in place of the number.
      ctx.strokeStyle = palette.soft;
      ctx.lineWidth = 1.25;
      ctx.beginPath();
      ctx.moveTo(x - 3, y + 2);
      ctx.lineTo(x + 3, y + 8);
      ctx.moveTo(x + 3, y + 2);
      ctx.lineTo(x - 3, y + 8);
      ctx.stroke();
    } else if (unit.student % every === 0) ctx.fillText(String(unit.student + 1), x, y);
  }
}

function title(ctx: CanvasRenderingContext2D, text: string, top: number, palette: Palette): void {
  ctx.font = font(12.5, 550);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.fillStyle = palette.soft;
  ctx.fillText(text, 22, top - 6);
}
