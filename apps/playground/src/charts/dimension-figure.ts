import { dot, lineY, ruleY } from '@observablehq/plot';
import { color, type Figure } from '@softmoe/figures';
import { readable } from '../format.ts';
import type { SweepPoint } from '../protocol.ts';
import { rootFit, trends } from '../session/trend.ts';

/** Flow times to alignment ½ over the root of the dimension, with the line that fits the experts' medians. */
export function dimensionFigure(points: readonly SweepPoint[]): Figure {
  const medians = trends(points);
  const fit = rootFit(medians, 'expert');
  const x = ({ inputDim }: { readonly inputDim: number }) => inputDim;
  // As on the page: those far above all medians would press the rest flat.
  const highest = 1.1 * Math.max(...medians.map(({ expert, router }) => router ?? expert ?? 0));
  const single = points.flatMap(({ inputDim, pairs }) =>
    pairs.flatMap(({ expert }) =>
      expert === null || expert > highest ? [] : [{ inputDim, expert }],
    ),
  );
  const law =
    fit &&
    `t ≈ ${readable(fit.slope)}·√d ${fit.offset < 0 ? '−' : '+'} ${readable(Math.abs(fit.offset))}`;
  return {
    name: 'dimension',
    title: 'Time to alignment over the root of the dimension',
    caption:
      'Median flow time until a teacher expert (solid) and its router (dashed) are aligned by one half, and single ' +
      `experts (small dots)${law ? `; the experts’ medians follow ${law} (dotted)` : ''}.`,
    options: {
      x: {
        type: 'sqrt',
        label: 'dimension d, spaced by √d',
        ticks: medians.map(x),
        tickFormat: 'd',
      },
      y: { label: 'flow time', grid: true, zero: true },
      marks: [
        ruleY([0]),
        dot(single, { x, y: 'expert', r: 2.5, fill: color('nobody') }),
        lineY(fit ? medians : [], {
          x,
          y: ({ inputDim }) => fit!.slope * Math.sqrt(inputDim) + fit!.offset,
          stroke: color('high'),
          strokeWidth: 2,
          strokeDasharray: '2 4',
        }),
        lineY(medians, { x, y: 'expert', strokeWidth: 2.5, marker: 'dot' }),
        lineY(medians, {
          x,
          y: 'router',
          strokeWidth: 2,
          strokeDasharray: '5 4',
          marker: 'circle-stroke',
        }),
      ],
    },
  };
}
