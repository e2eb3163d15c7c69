import { dot, line, ruleX, ruleY } from '@observablehq/plot';
import { color, type Figure } from '@softmoe/figures';
import type { Interval } from './statistics/interval.ts';

/** The multiple of students that half of the seeds need, for one number k of teacher experts. */
export interface Needed {
  readonly k: number;
  /** m½/k. */
  readonly ratio: Interval;
  /** The coupon collector's median over k. */
  readonly coupon: number;
}

/** Multiples that half of the seeds need, by k, beside the coupon collector's. */
export function neededFigure(halves: readonly Needed[]): Figure {
  const ks = halves.map(({ k }) => k);
  const known = halves.filter(({ ratio }) => Number.isFinite(ratio.value));
  const most = Math.max(1, ...known.map(({ ratio, coupon }) => Math.max(ratio.value, coupon)));
  const bars = known.map(({ k, ratio }) => ({
    k,
    value: ratio.value,
    low: Math.max(ratio.low, 0),
    high: Math.min(ratio.high, 1.3 * most),
  }));
  return {
    name: 'c5-needed',
    title: 'Students that it takes',
    caption:
      'The multiple m½/k at which half of the seeds recover, with its interval over seeds, by the number k of teacher experts. Line: the coupon collector’s.',
    options: {
      grid: true,
      x: {
        type: 'log' as const,
        label: 'teacher experts k',
        ticks: ks,
        tickFormat: 'd',
        inset: 24,
      },
      y: { label: 'm½/k', domain: [0, 1.3 * most] },
      marks: [
        ruleY([0]),
        line(halves, { x: 'k', y: 'coupon', stroke: color('high'), strokeDasharray: '4 3' }),
        ruleX(bars, { x: 'k', y1: 'low', y2: 'high', strokeWidth: 2 }),
        dot(bars, { x: 'k', y: 'value', r: 5, fill: color('low') }),
      ],
    },
  };
}
