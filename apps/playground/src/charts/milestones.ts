import type { Milestones } from '@softmoe/lab';
import type uPlot from 'uplot';
import { theme } from '../theme/theme.svelte.ts';
import { sharpness } from './axes.ts';
import { withAlpha } from './color.ts';

/** A line across a plot over flow time for every teacher expert found, in its colour. */
export function markFound(u: uPlot, milestones: Milestones | undefined): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineWidth = 2 * sharpness();
  milestones?.expert.forEach((at, j) => {
    if (at === null) return;
    const x = u.valToPos(at, 'x', true);
    ctx.strokeStyle = withAlpha(theme.teacher(j), 0.5);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  });
  ctx.restore();
}
