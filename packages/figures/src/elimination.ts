import { dot, lineY, link, text } from '@observablehq/plot';
import { fallsOf } from '@softmoe/lab';
import { decades } from './axes.ts';
import type { Figure } from './draw.ts';
import { lossBound, plural, readable } from './format.ts';
import { color } from './palette.ts';
import { times } from './pruning-words.ts';

/** What the elimination figure draws: size against loss, and the size that was kept. */
export interface EliminationFigureData {
  readonly curve: readonly { readonly size: number; readonly loss: number }[];
  /** Units kept by pruning. */
  readonly kept: number;
}

/** Loss by number of units, while units are removed one by one, and the cliff below the size that pruning kept. */
export function eliminationFigure({ curve, kept }: EliminationFigureData): Figure {
  const nullLoss = curve.find(({ size }) => size === 0)?.loss;
  /** Losses lost in rounding have no place on a logarithmic scale. */
  const points = curve.filter(({ loss }) => loss > 0 && lossBound(loss, nullLoss) === undefined);
  const here = points.find(({ size }) => size === kept);
  const fall = fallsOf(points).find(({ size }) => size === kept);
  const falls = fall ? [fall] : [];
  const m = Math.max(0, ...curve.map(({ size }) => size));
  /** The axis runs down to the right, so that the cliff of a student that keeps most of its units is on the left. */
  const left = kept > 0.7 * m;
  return {
    name: 'elimination',
    title: 'Elimination curve',
    caption:
      'Units are removed one by one, always the one whose loss costs least, and the amplitudes of the rest refitted. ' +
      `Pruning kept ${kept} of ${plural(m, 'unit')}${
        fall
          ? `: with one fewer the loss would be ${times(fall)} as large, ${readable(fall.below)} instead of ${readable(fall.here)}`
          : ''
      }.`,
    options: {
      height: 300,
      marginTop: 32,
      x: {
        label: 'units kept',
        reverse: true,
        domain: [0, m],
        ticks: Math.min(m, 15),
        tickFormat: 'd',
      },
      y: decades(
        points.map(({ loss }) => loss),
        'loss after refit',
      ),
      marks: [
        lineY(points, { x: 'size', y: 'loss', strokeWidth: 2 }),
        link(falls, {
          x1: 'size',
          x2: 'size',
          y1: 'here',
          y2: 'below',
          stroke: color('high'),
          strokeWidth: 2,
          strokeDasharray: '3 4',
        }),
        text(falls, {
          x: 'size',
          y: ({ here, below }) => Math.sqrt(here * below),
          text: ({ ratio }) => `one fewer: ×${readable(ratio)}`,
          textAnchor: left ? 'start' : 'end',
          dx: left ? 10 : -10,
          fontWeight: 600,
          stroke: color('surface'),
          strokeWidth: 4,
          fill: 'currentColor',
        }),
        dot(points, {
          x: 'size',
          y: 'loss',
          r: 3.5,
          fill: color('surface'),
          stroke: 'currentColor',
          strokeWidth: 1.75,
        }),
        dot(here ? [here] : [], { x: 'size', y: 'loss', r: 7, fill: color('high') }),
        text(here ? [here] : [], {
          x: 'size',
          y: 'loss',
          text: ({ size }) => `${size} kept`,
          textAnchor: 'start',
          dx: 4,
          dy: 18,
          fontWeight: 700,
        }),
      ],
    },
  };
}
