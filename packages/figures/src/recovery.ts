import { axisX, dot, lineY, ruleX, ruleY, text } from '@observablehq/plot';
import type { Figure } from './draw.ts';
import { fixed, listed } from './format.ts';
import { color } from './palette.ts';

/** How many runs recovered at one value of the field. */
export interface RecoveryPoint {
  /** Of the swept field. */
  readonly value: number;
  readonly recovered: number;
  readonly runs: number;
}

/** What the recovery figure draws: shares of recovered runs over one field. */
export interface RecoveryFigureData {
  /** The swept field's name, such as `students`. */
  readonly field: string;
  readonly points: readonly RecoveryPoint[];
  /** What counts as recovered. Default: every teacher expert. */
  readonly criterion?: string;
}

/** Values that span more than this factor are drawn on a logarithmic scale. */
const WIDE = 20;

/** Share of runs that recover the teacher against a swept field, with Wilson's 95 % intervals. */
export function recoveryFigure({
  field,
  points,
  criterion = 'every teacher expert recovered',
}: RecoveryFigureData): Figure {
  const sorted = points
    .filter(({ runs }) => runs > 0)
    .sort((a, b) => a.value - b.value)
    .map((point) => {
      const [low, high] = wilson(point.recovered, point.runs);
      return { ...point, share: point.recovered / point.runs, low, high };
    });
  const values = sorted.map(({ value }) => value);
  const least = Math.min(...values);
  const log = least > 0 && Math.max(...values) / least > WIDE;
  return {
    name: `recovery-${field}`,
    title: `Recovery against ${field}`,
    caption:
      `Share of runs with ${criterion}, by ${field}, with Wilson's 95 % intervals and the number of runs: ` +
      `${listed(sorted.map(({ value, recovered, runs }) => `${recovered} of ${runs} at ${value}`))}.`,
    options: {
      height: 340,
      marginTop: 44,
      x: { type: log ? 'log' : 'linear', axis: null, inset: 16 },
      y: {
        label: 'share of runs',
        domain: [0, 1],
        ticks: [0, 0.25, 0.5, 0.75, 1],
        tickFormat: (share: number) => `${fixed(100 * share, 0)} %`,
        grid: true,
      },
      marks: [
        ruleY([0]),
        axisX(labelled(values), { text: String, label: `${field} →` }),
        lineY(sorted, { x: 'value', y: 'share', stroke: color('low'), strokeWidth: 2 }),
        ruleX(sorted, { x: 'value', y1: 'low', y2: 'high', strokeWidth: 2 }),
        dot(sorted, { x: 'value', y: 'share', r: 5, fill: color('low'), stroke: color('surface') }),
        text(sorted, {
          x: 'value',
          frameAnchor: 'top',
          dy: -20,
          text: ({ recovered, runs }) => `${recovered}/${runs}`,
        }),
      ],
    },
  };
}

/** The values that the axis has room for. */
function labelled(values: readonly number[]): number[] {
  const every = Math.ceil(values.length / 12);
  return values.filter((_, i) => i % every === 0);
}

/** Of the normal distribution, for 95 %. */
const Z = 1.959963984540054;

/**
 * Wilson's 95 % score interval of the probability behind `successes` of `trials` (Wilson, J. Amer. Statist. Assoc. 22,
 * 1927): within [0, 1], and not a point at 0 or at all of them. [0, 1] without trials.
 */
export function wilson(successes: number, trials: number): readonly [low: number, high: number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const centre = (share + Z ** 2 / (2 * trials)) / scale;
  const half = (Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2))) / scale;
  return [
    successes === 0 ? 0 : Math.max(0, centre - half),
    successes === trials ? 1 : Math.min(1, centre + half),
  ];
}
