import { dot, ruleX } from '@observablehq/plot';
import { color, readable } from '@softmoe/figures';
import {
  ample,
  jointRuns,
  type OrderByDim,
  orderByDim,
  orderFigure,
  phaseTable,
} from './c2-guidance.ts';
import { type Claim, failureSentences, type Grid, type Scale } from './claim.ts';
import { atLeast, atMost, combined } from './finding.ts';
import { dimensionAxis } from './finding-parts.ts';
import { unknown } from './statistics/interval.ts';

const SCALES: Readonly<Record<Scale, Grid>> = {
  tiny: { seeds: 4, dims: [64] },
  quick: { seeds: 16, dims: [256] },
  full: { seeds: 100, dims: [64, 128, 256, 512] },
};
/** Above this share of pairs the order is still there. */
const ORDER_GONE = 0.75;
/** A router that overlaps by less when its expert aligns was silent until then. */
const SILENT = 0.1;

/** Without c₀ the drift needs both overlaps, each of order d^{−½}: alignment takes a time of order d. */
const longer = (inputDim: number) => 4 * inputDim + 100;

/** C2c: behind a gate without a mean the order of experts and routers is gone. */
export const gateWithoutMean: Claim = {
  id: 'C2c',
  title: 'Guidance: gate without a mean',
  statement:
    'With tanh gates, whose mean c₀ is zero, an expert gets no signal through a router that points nowhere: the expert-first order is gone.',
  plan: (scale) => [
    ...jointRuns('tanh', SCALES[scale], longer),
    ...jointRuns('sigmoid', SCALES[scale], ample),
  ],
  judge(outcomes) {
    const tanh = orderByDim(outcomes, 'tanh');
    const sigmoid = orderByDim(outcomes, 'sigmoid');
    const last = tanh.at(-1);
    const compared = sigmoid.find(({ d }) => d === last?.d);
    const criteria = [
      {
        text:
          `The order itself: with tanh gates, at the largest dimension, the router reaches overlap ½ after its own expert in at most ` +
          `${ORDER_GONE} of pairs, by the whole interval; it fails if the whole interval is above.`,
        verdict: atMost(last?.after ?? unknown, ORDER_GONE),
      },
      {
        text:
          'The phase in which only experts learn: when its expert aligns, the router of a tanh unit already overlaps with the teacher’s by ' +
          `at least ${SILENT} (median, whole interval).`,
        verdict: atLeast(last?.routerAtExpert ?? unknown, SILENT),
      },
      {
        text: `With sigmoid gates at the same dimension that overlap is at most ${SILENT}: there is such a phase.`,
        verdict: atMost(compared?.routerAtExpert ?? unknown, SILENT),
      },
    ];
    const verdicts = criteria.map(({ verdict }) => verdict).join(', ');
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        ...[...tanh].reverse().map(({ after }) => after),
        ...[last, compared].flatMap((order) => (order ? [order.routerAtExpert, order.lag] : [])),
      ],
      sentences: [
        ...(last && compared && last.pairs.length > 0 && compared.pairs.length > 0
          ? [
              `At d = ${last.d} the router of a tanh unit came after its expert in ${readable(100 * last.after.value, 3)} % of pairs. ` +
                `When the expert aligned it already overlapped by ${readable(last.routerAtExpert.value, 2)}, where that of a ` +
                `sigmoid unit overlapped by ${readable(compared.routerAtExpert.value, 2)} (medians).`,
            ]
          : []),
        'Among its overlaps with its own teacher unit alone, a tanh unit obeys d(w·w*)/dt = 3c₁²(v·v*)(w·w*)² and d(v·v*)/dt = c₁²(w·w*)³ to ' +
          'leading order, so that (w·w*)² − 3(v·v*)² is constant: both move at once, and the expert, three times as fast in the square, still ' +
          'passes ½ first, with the router near 0.29. The overlaps w·v* and v·w*, as large at the start, are left out of this, so that ' +
          'measured routers need not be there.',
        ...(verdicts === 'fails, holds, holds'
          ? ['What is gone is the phase in which only experts learn, not the order.']
          : []),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [
        phaseFigure(tanh, sigmoid),
        orderFigure('c2c-order', 'Experts and routers behind tanh gates', tanh),
      ],
      tables: [phaseTable('tanh', tanh), phaseTable('sigmoid', sigmoid)],
    };
  },
};

function phaseFigure(tanh: readonly OrderByDim[], sigmoid: readonly OrderByDim[]) {
  const rows = [tanh, sigmoid].flatMap((orders, series) =>
    orders.map(({ d, routerAtExpert }) => ({ d, ...routerAtExpert, series })),
  );
  const of = (series: number) => rows.filter((row) => row.series === series);
  return {
    name: 'c2c-phase',
    title: 'How far the router is when its expert aligns',
    caption:
      'Median router overlap at the time at which the expert of its unit reaches ½, with intervals: tanh gates (dots), sigmoid gates (rings).',
    options: {
      grid: true,
      x: dimensionAxis(tanh.map(({ d }) => d)),
      y: { label: 'router overlap', domain: [Math.min(-0.05, ...rows.map(({ low }) => low)), 0.5] },
      marks: [
        ruleX(rows, { x: 'd', y1: 'low', y2: 'high' }),
        dot(of(0), { x: 'd', y: 'value', fill: color('high'), r: 5 }),
        dot(of(1), {
          x: 'd',
          y: 'value',
          stroke: color('low'),
          fill: color('surface'),
          strokeWidth: 2,
          r: 5,
        }),
      ],
    },
  };
}
