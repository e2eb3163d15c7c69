import { binX, rectY, ruleX, ruleY, text, tickX } from '@observablehq/plot';
import type { Figure } from './draw.ts';
import { plural, readable } from './format.ts';
import { color } from './palette.ts';

/** With more runs than this their ticks would run into each other. */
const FEW = 300;

const identity = (value: number) => value;
/** Runs are counted: no label stands between two numbers of them. */
const wholeNumber = (count: number) => (Number.isInteger(count) ? String(count) : '');

/** Distribution of the time that runs took, in seconds, with the median. */
export function secondsFigure(seconds: readonly number[]): Figure {
  const sorted = [...seconds].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  const least = sorted[0] ?? 0;
  const most = sorted.at(-1) ?? 0;
  const rug = seconds.length <= FEW ? seconds : [];
  const bars = { fill: color('low'), fillOpacity: 0.75 };
  return {
    name: 'seconds',
    title: 'Time of a run',
    caption:
      `Seconds that each of ${plural(seconds.length, 'run')} took: median ${readable(median)}, ` +
      `from ${readable(least)} to ${readable(most)}.${rug.length > 0 ? ' Every tick is a run.' : ''}`,
    options: {
      height: 260,
      marginTop: 36,
      x: { label: 'seconds', nice: true },
      y: { label: 'runs', grid: true, tickFormat: wholeNumber },
      marks: [
        rectY(seconds, binX({ y: 'count' }, { x: identity, thresholds: 20, ...bars })),
        ruleX([median], { strokeWidth: 2, strokeDasharray: '5 4' }),
        text([median], {
          x: median,
          frameAnchor: 'top',
          dy: -10,
          text: () => `median ${readable(median)}`,
        }),
        ruleY([0]),
        tickX(rug, { x: identity, strokeOpacity: 0.5, insetTop: 174 }),
      ],
    },
  };
}
