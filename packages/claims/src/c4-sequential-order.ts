import { dot } from '@observablehq/plot';
import { color, heatMapFigure, plural } from '@softmoe/figures';
import { type Claim, done, failureSentences, type Scale, seeds } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import type { AlignmentTimes, AlignmentTimesInput } from './measurements/alignment-times.ts';
import { bootstrapMean } from './statistics/bootstrap.ts';
import { shareOf } from './statistics/interval.ts';
import { rankCorrelation, ranks } from './statistics/summaries.ts';

const SCALES: Readonly<
  Record<
    Scale,
    { seeds: number; inputDim: number; teachers: number; students: number; seconds: number }
  >
> = {
  tiny: { seeds: 7, inputDim: 64, teachers: 3, students: 12, seconds: 0.06 },
  quick: { seeds: 24, inputDim: 1000, teachers: 5, students: 25, seconds: 0.25 },
  full: { seeds: 100, inputDim: 1000, teachers: 5, students: 25, seconds: 0.25 },
};
const PATIENCE = 16;
/** Rank correlation from which on an order counts as predicted. */
const PREDICTED = 0.5;

/** By teacher unit: what predicts its turn, and the time of it (Infinity: it never came). */
interface Order {
  readonly predictor: readonly number[];
  readonly time: readonly number[];
}

/** By teacher unit j, the initial overlaps w_i·w*_j of all units i. */
const byTeacher = ({ initial }: AlignmentTimes) =>
  initial[0]!.map((_, j) => initial.map((overlaps) => overlaps[j]!));

/** The largest w_i·w*_j over all units i: under (22) of docs/theory.md the time is 4/3 of its inverse. */
const largest = (times: AlignmentTimes) => byTeacher(times).map((w) => Math.max(...w));

/** The largest initial overlap over the units that no other teacher unit attracts more; −1 where there is none. */
const largestOwn = (times: AlignmentTimes) => {
  const most = times.initial.map((overlaps) => Math.max(...overlaps));
  return byTeacher(times).map((w) =>
    Math.max(-1, ...w.filter((overlap, i) => overlap === most[i])),
  );
};

/** C4: teacher experts are found one after the other, in the order of the initial overlaps. */
export const sequentialOrder: Claim = {
  id: 'C4',
  title: 'Sequential order',
  statement:
    'Teacher experts are recovered one after the other, in the order of their overlaps with the random start.',
  plan: (extent) => {
    const { seeds: count, seconds, ...sizes } = SCALES[extent.scale];
    return seeds(count, extent).map((seed) => ({
      kind: 'claim/alignment-times',
      input: {
        ...sizes,
        gate: 'sigmoid',
        seed,
        until: 'experts',
        time: PATIENCE * Math.sqrt(sizes.inputDim),
      },
      seconds,
    }));
  },
  judge(outcomes) {
    const runs = done<AlignmentTimesInput, AlignmentTimes>(outcomes, 'claim/alignment-times').map(
      ({ output }) => output,
    );
    const ordersBy = (predict: (run: AlignmentTimes) => number[]): Order[] =>
      runs.map((run) => ({
        predictor: predict(run),
        time: run.experts.map((expert) => expert?.time ?? Infinity),
      }));
    const orders = ordersBy(largest);
    const correlations = known(correlationsOf(orders));
    const correlation = bootstrapMean(correlations);
    const own = bootstrapMean(known(correlationsOf(ordersBy(largestOwn))));
    const without = runs.length - correlations.length;
    const first = shareOf(
      orders.map(({ predictor, time }) => {
        const winner = predictor.indexOf(Math.max(...predictor));
        return time[winner] === Math.min(...time) && time[winner] !== Infinity;
      }),
    );
    const late = orders.flatMap(({ time }) => time).filter((t) => t === Infinity).length;
    const criteria = [
      {
        text:
          "Spearman's rank correlation, within a run, between the order of alignment and the order of the largest initial " +
          `overlaps max_i w_i·w*_j, averaged over seeds, is at least ${PREDICTED} with its whole interval.`,
        verdict: atLeast(correlation, PREDICTED),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        {
          label: 'mean rank correlation of predicted and actual order',
          ...correlation,
          note: `${plural(correlations.length, 'seed')}; chance gives 0`,
        },
        {
          label: 'the same, predicted from units that no other teacher expert attracts more',
          ...own,
        },
        {
          label: 'share of seeds in which the predicted first was first',
          ...first,
          ...(orders[0] ? { note: `chance gives ${(1 / orders[0].time.length).toFixed(2)}` } : {}),
        },
      ],
      sentences: [
        'The predictor of a teacher expert is its largest overlap with any student at the start; all teacher amplitudes are ' +
          '1, so they have no say. A unit can be the nearest to two teacher experts and serve one only: leaving such units to the ' +
          'teacher expert that attracts them most is the second predictor.',
        ...(late > 0
          ? [
              `${plural(late, 'teacher expert was', 'teacher experts were')} not aligned by t = ${PATIENCE}√d: last in the order, in equal rank.`,
            ]
          : []),
        ...(without > 0
          ? [
              `In ${plural(without, 'seed')} nothing aligned: there is no order, and no correlation.`,
            ]
          : []),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [rankFigure(orders), timeFigure(orders)],
      tables: [],
    };
  },
};

/** Of predicted and actual order, run by run; NaN where all times are equal, as when nothing aligned. */
const correlationsOf = (orders: readonly Order[]) =>
  orders.map(({ predictor, time }) =>
    rankCorrelation(
      predictor.map((x) => -x),
      time,
    ),
  );

const known = (correlations: readonly number[]) => correlations.filter((r) => !Number.isNaN(r));

function rankFigure(orders: readonly Order[]) {
  const counts = new Map<string, number>();
  for (const { predictor, time } of orders) {
    const predicted = ranks(predictor.map((x) => -x));
    ranks(time).forEach((actual, j) => {
      const key = `${predicted[j]} ${actual}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
  }
  return heatMapFigure({
    name: 'c4-ranks',
    title: 'Predicted against actual place in the order',
    caption:
      'How many teacher experts, over all seeds, were predicted to be found in one place and were found in another. On the diagonal the prediction is right.',
    x: 'place predicted from initial overlaps',
    y: 'place in which it was found',
    cells: [...counts].map(([key, count]) => {
      const [x, y] = key.split(' ').map(Number) as [number, number];
      return { x, y, share: count / orders.length, label: `${count}` };
    }),
  });
}

function timeFigure(orders: readonly Order[]) {
  const dots = orders.flatMap(({ predictor, time }) =>
    predictor.flatMap((overlap, j) => (time[j] === Infinity ? [] : [{ overlap, time: time[j]! }])),
  );
  return {
    name: 'c4-times',
    title: 'Time of alignment against the largest initial overlap',
    caption:
      'One dot for each teacher expert and seed: the larger its overlap with some student at the start, the sooner it is found.',
    options: {
      grid: true,
      x: { label: 'largest initial overlap max w·w*' },
      y: { label: 'time of alignment' },
      marks: [
        dot(dots, { x: 'overlap', y: 'time', r: 2, stroke: color('low'), strokeOpacity: 0.6 }),
      ],
    },
  };
}
