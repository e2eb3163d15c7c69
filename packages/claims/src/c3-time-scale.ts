import { dot, line } from '@observablehq/plot';
import { color, plural } from '@softmoe/figures';
import { linearRegression, rSquared } from 'simple-statistics';
import {
  type Claim,
  done,
  failureSentences,
  type Grid,
  groupBySeed,
  overGrid,
  type Scale,
} from './claim.ts';
import { combined, type Verdict, within } from './finding.ts';
import { addend, dimensionAxis, show, withInterval } from './finding-parts.ts';
import type { AlignmentTimes, AlignmentTimesInput } from './measurements/alignment-times.ts';
import { bootstrapAll } from './statistics/bootstrap.ts';
import type { Interval } from './statistics/interval.ts';
import { fitPowerLaw, LEAST_POINTS, type PowerLaw } from './statistics/power-law.ts';
import { median } from './statistics/summaries.ts';

const SCALES: Readonly<Record<Scale, Grid>> = {
  tiny: { seeds: 6, dims: [64, 256, 1024] },
  quick: { seeds: 40, dims: [64, 256, 1024, 4096, 16384] },
  full: { seeds: 300, dims: [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384] },
};
/** Patience of a run, in units of √d: what has not aligned by then is censored. */
const PATIENCE = 16;

/** 1/(3c_0²) with c_0 = ½, docs/theory.md section 4. */
const SLOPE = 4 / 3;
/** The prediction is of leading order. */
const SLOPE_TOLERANCE = 0.1;

type Run = { readonly input: AlignmentTimesInput; readonly output: AlignmentTimes };
interface Times {
  readonly d: number;
  /** Infinity where an expert did not align within the run's time. */
  readonly times: readonly number[];
}

/** C3: alignment takes 4/3 of the inverse initial overlap, a time of order √d. */
export const timeScale: Claim = {
  id: 'C3',
  title: 'Time scale',
  statement:
    'Experts align after a time of order √d, because a random start overlaps with the teacher by order 1/√d and ' +
    'alignment takes a time in inverse proportion to that overlap.',
  plan: (extent) =>
    overGrid(SCALES[extent.scale], extent, (inputDim, seed) => {
      const root = Math.sqrt(inputDim);
      const input: AlignmentTimesInput = {
        inputDim,
        teachers: 2,
        students: 8,
        gate: 'sigmoid',
        seed,
        until: 'experts',
        time: PATIENCE * root,
      };
      return { kind: 'claim/alignment-times', input, seconds: 0.015 + 0.001 * root };
    }),
  judge(outcomes) {
    const runs = done<AlignmentTimesInput, AlignmentTimes>(outcomes, 'claim/alignment-times');
    const bySeed = groupBySeed(runs).map((own) => ({
      times: own.map(timesOf),
      points: own.flatMap(pointsOf),
    }));
    const times = runs.map(timesOf);
    const medians = mediansOf(times);
    const dims = medians.map(([d]) => d);
    const fit = fitPowerLaw(medians);
    const points = runs.flatMap(pointsOf);
    const { power, scale, offset, raw, slope } = bootstrapAll(bySeed, (sample) => {
      const found = mediansOf(sample.flatMap((seed) => seed.times));
      return {
        ...fitPowerLaw(found),
        raw: logSlope(found),
        slope: slopeOf(sample.flatMap((seed) => seed.points)),
      };
    });
    const allTimes = times.flatMap((run) => run.times);
    const censored = allTimes.filter((t) => t === Infinity).length;
    const turned = allTimes.length - censored - points.length;
    const regression = regressionOf(points);
    const criteria = [
      {
        text:
          'In the fit t = A·d^p + B to the median times, the 95 % interval of p contains ½ and neither 0 nor 1; it fails ' +
          'if the interval leaves out ½.',
        verdict: judgePower(power),
      },
      {
        text:
          'The slope of t against 1/(initial overlap of the unit that aligned) lies, with its whole interval, within ' +
          `${100 * SLOPE_TOLERANCE} % of the leading-order prediction 1/(3c₀²) = 4/3 of docs/theory.md; it fails if all of it lies outside.`,
        verdict: within(slope, (1 - SLOPE_TOLERANCE) * SLOPE, (1 + SLOPE_TOLERANCE) * SLOPE),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        { label: 'power p of d in t = A·d^p + B', ...power, note: 'predicted ½' },
        {
          label: 'slope of t against 1/(initial overlap)',
          ...slope,
          note: 'predicted 4/3',
        },
        { label: 'A', ...scale },
        { label: 'B', ...offset, note: 'a negative offset makes a raw log–log slope too steep' },
        { label: 'raw log–log slope, for comparison', ...raw },
      ],
      sentences: [
        medians.length < LEAST_POINTS
          ? `Median times are known in ${plural(medians.length, 'dimension')}: too few to fit a law.`
          : `Median times until an expert aligned (overlap ½) in ${medians.length} dimensions from ${Math.min(...dims)} to ${Math.max(...dims)} are ` +
            `fitted best by ${lawText(fit)}; the power is ${withInterval(power)}.`,
        ...(points.length < LEAST_POINTS
          ? []
          : [
              `Run by run, the regression of the time on 1/(initial overlap) has the slope ${withInterval(slope)}, predicted 4/3, and ` +
                `R² = ${regression.r2.toFixed(4)}.`,
            ]),
        `${censored} of ${plural(allTimes.length, 'expert')} had not aligned by t = ${PATIENCE}√d. Such a censored time ` +
          'counts as later than all others in the medians, which it leaves unbiased; the slope leaves it out.',
        ...(turned > 0
          ? [
              `The slope also leaves out ${plural(turned, 'expert')} that aligned from an initial overlap below 0, as others pushed it.`,
            ]
          : []),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [timesFigure(times, medians, fit), slopeFigure(points, regression)],
      tables: [
        {
          kind: 'table',
          caption: 'Times of alignment of the experts (2 teacher experts, 8 students).',
          columns: ['d', 'median t', 'fitted', 'experts', 'censored'],
          rows: medians.map(([d, t]) => {
            const all = times.filter((run) => run.d === d).flatMap((run) => run.times);
            const fitted = fit.scale * d ** fit.power + fit.offset;
            return [
              `${d}`,
              show(t),
              show(fitted),
              `${all.length}`,
              `${all.filter((x) => x === Infinity).length}`,
            ];
          }),
        },
      ],
    };
  },
};

function judgePower({ low, high }: Interval): Verdict {
  if (high < 0.5 || low > 0.5) return 'fails';
  return low > 0 && high < 1 ? 'holds' : 'undecided';
}

function timesOf({ input, output }: Run): Times {
  return { d: input.inputDim, times: output.experts.map((expert) => expert?.time ?? Infinity) };
}

/** Median time by dimension, in order; dimensions in which half of the times are censored have none. */
function mediansOf(runs: readonly Times[]): [number, number][] {
  const byDim = new Map<number, number[]>();
  for (const { d, times } of runs) {
    const known = byDim.get(d) ?? [];
    known.push(...times);
    byDim.set(d, known);
  }
  return [...byDim]
    .map(([d, times]): [number, number] => [d, median(times)])
    .filter(([, t]) => Number.isFinite(t))
    .sort(([a], [b]) => a - b);
}

/** [1/(initial overlap), time] of the experts that aligned first. */
function pointsOf({ output }: Run): [number, number][] {
  return output.experts.flatMap((expert, j): [number, number][] => {
    if (!expert) return [];
    const overlap = output.initial[expert.unit]![j]!;
    return overlap > 0 ? [[1 / overlap, expert.time]] : [];
  });
}

const slopeOf = (points: [number, number][]) => linearRegression(points).m;
const logSlope = (points: [number, number][]) =>
  slopeOf(points.map(([d, t]) => [Math.log(d), Math.log(t)]));

function regressionOf(points: [number, number][]) {
  const { m, b } = linearRegression(points);
  return { m, b, r2: rSquared(points, (x) => m * x + b) };
}

const lawText = ({ scale, power, offset }: PowerLaw) =>
  `t = ${show(scale)}·d^${show(power)} ${addend(offset)}`;

function timesFigure(times: readonly Times[], medians: readonly [number, number][], fit: PowerLaw) {
  const dots = times.flatMap(({ d, times }) =>
    times.filter(Number.isFinite).map((t) => ({ d, t })),
  );
  const [first, last] = [medians[0]?.[0] ?? 64, medians.at(-1)?.[0] ?? 64];
  const curve = Array.from({ length: 60 }, (_, i) => {
    const d = first * (last / first) ** (i / 59);
    return { d, t: fit.scale * d ** fit.power + fit.offset };
  });
  return {
    name: 'c3-times',
    title: 'Time to alignment by dimension',
    caption: `Small dots: time at which an expert aligned, one for each teacher expert and seed. Rings: medians. Line: the fit ${lawText(fit)}.`,
    options: {
      grid: true,
      x: dimensionAxis(medians.map(([d]) => d)),
      y: { type: 'log' as const, label: 'time t of alignment' },
      marks: [
        dot(dots, { x: 'd', y: 't', r: 1.2, fill: color('low'), fillOpacity: 0.25 }),
        line(curve, { x: 'd', y: 't', stroke: color('high'), strokeWidth: 2 }),
        dot(medians, { x: '0', y: '1', r: 4.5, stroke: color('low'), strokeWidth: 2 }),
      ],
    },
  };
}

function slopeFigure(points: readonly [number, number][], { m, b }: { m: number; b: number }) {
  const [least, most] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const lineOf = (slope: number) =>
    Array.from({ length: 60 }, (_, i) => least * (most / least) ** (i / 59))
      .map((x) => ({ x, t: slope * x + b }))
      .filter(({ t }) => t > 0);
  return {
    name: 'c3-slope',
    title: 'Time against the inverse initial overlap',
    caption: `Each dot is an expert that aligned, in any dimension; axes are logarithmic. Line: the regression t = ${show(m)}/overlap ${addend(b)}. Dashed: the predicted slope 4/3 with the same intercept.`,
    options: {
      grid: true,
      x: { type: 'log' as const, label: '1 / initial overlap of the unit that aligned' },
      y: { type: 'log' as const, label: 'time t of alignment' },
      marks: [
        dot(points, { x: '0', y: '1', r: 1.2, fill: color('low'), fillOpacity: 0.3 }),
        line(lineOf(m), { x: 'x', y: 't', stroke: color('low') }),
        line(lineOf(SLOPE), {
          x: 'x',
          y: 't',
          stroke: color('high'),
          strokeDasharray: '5 4',
        }),
      ],
    },
  };
}
