import { heatMapFigure } from '@softmoe/figures';
import { linearRegression } from 'simple-statistics';
import { neededFigure } from './c5-figures.ts';
import {
  type Claim,
  done,
  failureSentences,
  type Outcome,
  type PlannedTask,
  type Scale,
  seedOf,
  seeds,
} from './claim.ts';
import { atLeast, atMost, combined } from './finding.ts';
import { withInterval } from './finding-parts.ts';
import { isRecovered, type Learned, type LearningInput } from './measurements/learning.ts';
import { bootstrap, bootstrapAll } from './statistics/bootstrap.ts';
import { couponMedian, crossing, type SharePoint } from './statistics/crossing.ts';
import { type Interval, proportion, unknown } from './statistics/interval.ts';

const SCALES: Readonly<
  Record<Scale, { teachers: readonly number[]; ratios: readonly number[]; seeds: number }>
> = {
  tiny: { teachers: [2], ratios: [1, 2, 4], seeds: 4 },
  quick: { teachers: [2, 4], ratios: [1, 2, 4, 6], seeds: 40 },
  full: { teachers: [2, 4, 8, 16, 32], ratios: [1, 1.5, 2, 3, 4, 5, 6], seeds: 40 },
};
/** From this k on half as many seeds. */
const LARGE = 16;
/** Students for each teacher expert that still count as moderate: the canonical experiment has 5. */
const MODERATE = 3;
const INPUT_DIM = 64;
const TIME = 300;

interface Run {
  readonly k: number;
  readonly m: number;
  readonly seed: number;
  /** False, too, where the measurement failed. */
  readonly recovered: boolean;
}

/** C5: a moderate number of students is enough to recover. */
export const overParameterisation: Claim = {
  id: 'C5',
  title: 'Moderate over-parameterisation',
  statement:
    'Recovery needs more students than the teacher has experts, but only moderately more: a multiple that grows no faster than the ' +
    'logarithm of their number.',
  plan(extent) {
    const { teachers, ratios, seeds: count } = SCALES[extent.scale];
    return teachers.flatMap((k) =>
      ratios.flatMap((ratio) =>
        seeds(k < LARGE ? count : count / 2, extent).map((seed) => task(k, ratio * k, seed)),
      ),
    );
  },
  judge(outcomes) {
    const runs = outcomes.map(runOf);
    const ks = distinct(runs.map(({ k }) => k));
    const bySeed = distinct(runs.map(({ seed }) => seed)).map((seed) =>
      runs.filter((run) => run.seed === seed),
    );
    const ratiosOf = (sample: readonly (readonly Run[])[]) => {
      const points = pointsOf(sample.flat());
      return ks.map((k) => needed(points.get(k)) / k);
    };
    const growth = bootstrap(bySeed, (sample) => growthOf(ks, ratiosOf(sample)));
    const measured = bootstrapAll(bySeed, (sample) =>
      Object.fromEntries(ratiosOf(sample).map((ratio, i) => [`${ks[i]}`, ratio])),
    );
    const halves = ks.map((k) => ({
      k,
      ratio: measured[k] ?? unknown,
      coupon: couponMedian(k) / k,
    }));
    const exact = ks.map((k) => ({ k, share: shareOf(runs, k, k) }));
    const criteria = [
      ...halves.map(({ k, ratio }) => ({
        text: `k = ${k}: the size m½ at which half of the seeds recover is at most ${MODERATE}·k, by the whole interval over seeds.`,
        verdict: atMost(ratio, MODERATE),
      })),
      ...exact.map(({ k, share }) => ({
        text: `k = ${k}: as many students as teacher experts recover in less than half of the seeds, by the whole interval.`,
        verdict: atMost(share, 0.5),
      })),
      ...(ks.length > 2
        ? [
            {
              text: 'The multiple m½/k grows with ln k: the slope of a straight line is above 0, by the whole interval.',
              verdict: atLeast(growth, 0),
            },
            {
              text: 'It grows no faster than the coupon collector’s in the limit: that slope is at most 1, by the whole interval.',
              verdict: atMost(growth, 1),
            },
          ]
        : []),
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        ...(ks.length > 2 ? [{ label: 'growth of m½/k with ln k', ...growth }] : []),
        ...halves.map(({ k, ratio, coupon }) => ({
          label: `m½/k, at which half of the seeds recover, k = ${k}`,
          ...ratio,
          note: `coupon collector: ${coupon.toFixed(2)}`,
        })),
        ...exact.map(({ k, share }) => ({
          label: `probability of recovery with m = k = ${k}`,
          ...share,
        })),
      ],
      sentences: [
        `Recovered means that all experts and routers were matched with an overlap of 0.9 by time ${TIME}, d = ${INPUT_DIM}. Shares by m are made monotone and ` +
          'm½ is where they pass one half. The coupon collector’s number is what it would take if each student found one teacher expert at random, whatever ' +
          'the others do; students that find a free one more often than that need fewer.',
        ...halves
          .filter(({ ratio }) => ratio.value === Number.POSITIVE_INFINITY)
          .map(({ k }) => `For ${k} teacher experts no number of students on the grid is enough.`),
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [sharesFigure(runs, ks), neededFigure(halves)],
      tables: [sharesTable(runs, ks)],
    };
  },
};

function task(teachers: number, students: number, seed: number): PlannedTask {
  const input: LearningInput = {
    config: {
      inputDim: INPUT_DIM,
      teachers,
      students,
      seed,
      variant: 'float64-simd',
      train: { time: TIME },
    },
    stopWhenRecovered: true,
  };
  const pairs = (students * (students + 1)) / 2 + students * teachers;
  return { kind: 'claim/learning', input, seconds: 0.06 + 0.0004 * pairs };
}

function runOf(outcome: Outcome): Run {
  const { teachers: k = 0, students: m = 0 } = (outcome.input as LearningInput).config;
  const [learned] = done<LearningInput, Learned>([outcome], 'claim/learning');
  const recovered = learned !== undefined && isRecovered(learned.output);
  return { k, m, seed: seedOf(outcome), recovered };
}

function distinct(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function sizesOf(runs: readonly Run[], k: number): number[] {
  return distinct(runs.filter((run) => run.k === k).map(({ m }) => m));
}

function shareOf(runs: readonly Run[], k: number, m: number): Interval {
  const own = runs.filter((run) => run.k === k && run.m === m);
  return proportion(own.filter(({ recovered }) => recovered).length, own.length);
}

/** For each k, how many of the runs recovered, by m. */
function pointsOf(runs: readonly Run[]): Map<number, SharePoint[]> {
  const counts = new Map<number, Map<number, { successes: number; trials: number }>>();
  for (const { k, m, recovered } of runs) {
    const sizes = counts.get(k) ?? new Map<number, { successes: number; trials: number }>();
    counts.set(k, sizes);
    const count = sizes.get(m) ?? { successes: 0, trials: 0 };
    sizes.set(m, count);
    count.successes += recovered ? 1 : 0;
    count.trials++;
  }
  const inOrder = (sizes: Map<number, { successes: number; trials: number }>) =>
    [...sizes].map(([x, count]) => ({ x, ...count })).sort((a, b) => a.x - b.x);
  return new Map([...counts].map(([k, sizes]) => [k, inOrder(sizes)]));
}

/** m½: NaN where a resample has no run of this k. */
function needed(points: readonly SharePoint[] | undefined): number {
  return points ? crossing(points, 0.5) : Number.NaN;
}

/** Slope of m½/k against ln k: NaN where some k has none, so that it counts at both ends of the interval. */
function growthOf(ks: readonly number[], ratios: readonly number[]): number {
  if (ks.length < 2 || !ratios.every(Number.isFinite)) return Number.NaN;
  return linearRegression(ratios.map((ratio, i) => [Math.log(ks[i] ?? Number.NaN), ratio])).m;
}

function sharesFigure(runs: readonly Run[], ks: readonly number[]) {
  return heatMapFigure({
    name: 'c5-recovery',
    title: 'Probability of recovery',
    caption:
      'Share of seeds that recovered everything, by over-parameterisation m/k and number k of teacher experts.',
    x: 'm/k',
    y: 'k',
    cells: ks.flatMap((k) =>
      sizesOf(runs, k).map((m) => {
        const { value } = shareOf(runs, k, m);
        return { x: Number((m / k).toFixed(2)), y: k, share: value, label: value.toFixed(2) };
      }),
    ),
  });
}

function sharesTable(runs: readonly Run[], ks: readonly number[]) {
  return {
    kind: 'table',
    caption: 'Share of seeds that recovered everything, with Wilson intervals.',
    columns: ['k', 'm', 'm/k', 'share [95 % interval]', 'seeds'],
    rows: ks.flatMap((k) =>
      sizesOf(runs, k).map((m) => [
        `${k}`,
        `${m}`,
        (m / k).toFixed(2),
        withInterval(shareOf(runs, k, m)),
        `${runs.filter((run) => run.k === k && run.m === m).length}`,
      ]),
    ),
  } as const;
}
