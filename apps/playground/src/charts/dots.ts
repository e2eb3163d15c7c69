import type uPlot from 'uplot';
import type { Frame } from '../protocol.ts';
import { sharpness } from './axes.ts';
import { withAlpha } from './color.ts';

/** Pixels of the layout between two dots of a run, which has more records than that. */
const APART = 11;

export interface DotLook {
  readonly color: string;
  /** Of what is behind, for the rim that sets a dot off from a line of its own colour. */
  readonly surface: string;
  readonly ring: boolean;
  readonly faint: boolean;
}

/** Dots at the records of a run, some pixels apart; each record keeps its dot however many follow. */
export function drawDots(
  u: uPlot,
  train: readonly Frame[],
  values: ArrayLike<number | null | undefined>,
  { color, surface, ring, faint }: DotLook,
): void {
  const { ctx } = u;
  const scale = sharpness();
  const radius = (ring ? 2.6 : 3.2) * scale;
  ctx.save();
  ctx.beginPath();
  const { left, top, width, height } = u.bbox;
  ctx.rect(left - radius, top - radius, width + 2 * radius, height + 2 * radius);
  ctx.clip();
  ctx.setLineDash([]);
  let last = Number.NEGATIVE_INFINITY;
  train.forEach(({ record }, i) => {
    const value = values[i];
    const x = u.valToPos(record.time, 'x', true);
    if (value === null || value === undefined || x - last < APART * scale) return;
    last = x;
    const y = u.valToPos(value, 'y', true);
    circle(ctx, x, y, radius + 1.25 * scale);
    ctx.fillStyle = withAlpha(surface, faint ? 0.3 : 1);
    ctx.fill();
    circle(ctx, x, y, radius);
    const paint = withAlpha(color, faint ? 0.22 : 1);
    if (ring) {
      ctx.lineWidth = 1.4 * scale;
      ctx.strokeStyle = paint;
      ctx.stroke();
    } else {
      ctx.fillStyle = paint;
      ctx.fill();
    }
  });
  ctx.restore();
}

function circle(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
}
