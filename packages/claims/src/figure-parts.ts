import { line, type Markish, type ScaleOptions } from '@observablehq/plot';

/** A logarithmic axis of dimensions, with a tick at each that was measured. */
export function dimensionAxis(dims: readonly number[]): ScaleOptions {
  return { type: 'log', base: 2, label: 'dimension d', ticks: dims, tickFormat: 'd' };
}

/** A dashed line on which both coordinates are equal, as far as `values` go. */
export function diagonal(values: readonly number[]): Markish {
  return line([Math.min(...values), Math.max(...values)], {
    x: (value: number) => value,
    y: (value: number) => value,
    strokeDasharray: '4 3',
  });
}
