import type uPlot from 'uplot';
import { powerOfTen } from '../format.ts';
import { presentation } from '../session/presentation.svelte.ts';
import { theme } from '../theme/theme.svelte.ts';

/** Room left of the plotting area, the same in every chart, so that those above each other line up. */
export const LEFT = 56;
export const RIGHT = 14;

/** Pixels of a canvas to one of its layout: those of the screen, and more on a slide. */
export function sharpness(): number {
  return devicePixelRatio * presentation.zoom;
}

/** A length of a plot, which on a slide is drawn at the size of the screen. */
export function long(length: number): number {
  return length * presentation.zoom;
}

export function font(size: number = 12, weight: number = 400): string {
  return `${weight} ${size}px "Source Sans 3", "Segoe UI", "DejaVu Sans", sans-serif`;
}

/** How all charts draw an axis. */
export function axis(overrides: Partial<uPlot.Axis>): uPlot.Axis {
  const grid = theme.color('grid');
  return {
    stroke: theme.color('soft'),
    font: font(long(12)),
    labelFont: font(long(12.5)),
    labelGap: long(2),
    gap: long(4),
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: long(4) },
    ...overrides,
  };
}

export function bottomAxis(label: string): uPlot.Axis {
  return axis({ label, labelSize: long(20), size: long(26), space: long(50) });
}

/** Decades, about five of them labelled. */
export function decadeAxis(label: string): uPlot.Axis {
  return axis({
    label,
    labelSize: long(18),
    size: long(LEFT - 18),
    splits: (u) => decades(u.scales.y?.min ?? 1e-3, u.scales.y?.max ?? 1),
    // uPlot would drop decades of its own choice.
    filter: (_, splits) => splits,
    values: (_, splits) => splits.map((value) => powerOfTen(Math.round(Math.log10(value)))),
  });
}

function decades(min: number, max: number): number[] {
  const low = Math.ceil(Math.log10(min) - 1e-9);
  const high = Math.floor(Math.log10(max) + 1e-9);
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const values: number[] = [];
  for (let power = high; power >= low; power -= every) values.unshift(10 ** power);
  return values;
}
