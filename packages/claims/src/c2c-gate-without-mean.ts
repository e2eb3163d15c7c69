import { dot, ruleX, ruleY } from '@observablehq/plot';
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
import { atLeast, atMost, combined, within } from './finding.ts';
import { dimensionAxis } from './finding-parts.ts';
import { unknown } from './statistics/interval.ts';

const SCALES: Readonly<Record<Scale, Grid>> = {
  tiny: { seeds: 4, dims: [64] },
  quick: { seeds: 16, dims: [256] },
  full: { seeds: 100, dims: [64, 128, 256, 512] },
};
/** A router that overlaps by less when its expert aligns was silent until then. */
const SILENT = 0.1;
/** Where (1 − v²)³/(1 − w²) = 1 puts v = v·v* when w = w·w* is ½. */
const CONSERVED = Math.sqrt(1 - Math.cbrt(3 / 4));
const TOLERANCE = 0.05;

/** Without c₀ the drift needs both overlaps, each of order d^{−½}: alignment takes a time of order d. */
const longer = (inputDim: number) => 4 * inputDim + 100;

/** C2c: behind a gate without a mean experts and routers move together. */
export const gateWithoutMean: Claim = {
  id: 'C2c',
  title: 'Guidance: gate without a mean',
  statement:
    'With tanh gates, whose mean c₀ is zero, an expert gets no signal through a router that points nowhere: the phase in which only ' +
    'experts learn is gone, and expert and router of a unit move together.',
  plan(extent) {
    const grid = SCALES[extent.scale];
    const last = { ...grid, dims: grid.dims.slice(-1) };
    return [
      ...jointRuns('tanh', grid, extent, longer),
      ...jointRuns('sigmoid', grid, extent, ample),
      ...jointRuns('tanh', last, extent, longer, { start: 'uncrossed' }),
    ];
  },
  judge(outcomes) {
    const tanh = orderByDim(outcomes, 'tanh');
    const sigmoid = orderByDim(outcomes, 'sigmoid');
    const own = orderByDim(outcomes, 'tanh', 'uncrossed').at(-1);
    const last = tanh.at(-1);
    const compared = sigmoid.find(({ d }) => d === last?.d);
    const criteria = [
      {
        text:
          'The phase in which only experts learn: at the largest dimension, when its expert aligns, the router of a tanh unit already ' +
          `overlaps with the teacher’s by at least ${SILENT} (median, whole interval).`,
        verdict: atLeast(last?.routerAtExpert ?? unknown, SILENT),
      },
      {
        text: `With sigmoid gates at the same dimension that overlap is at most ${SILENT}: there is such a phase.`,
        verdict: atMost(compared?.routerAtExpert ?? unknown, SILENT),
      },
      {
        text:
          'What is conserved: from a random start without crossed overlaps (w·v* = v·w* = 0) the router of a tanh unit is at ' +
          `${readable(CONSERVED, 3)} to ${100 * TOLERANCE} % when its expert aligns (median, whole interval).`,
        verdict: within(
          own?.routerAtExpert ?? unknown,
          (1 - TOLERANCE) * CONSERVED,
          (1 + TOLERANCE) * CONSERVED,
        ),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        ...[last, compared, own].flatMap((order) => (order ? [order.routerAtExpert] : [])),
        ...[last, compared, own].flatMap((order) => (order ? [order.lag] : [])),
        ...[...tanh].reverse().map(({ after }) => after),
      ],
      sentences: [
        'Among its overlaps with its own teacher unit alone, w = w·w* and v = v·v*, a tanh unit obeys dw/dt ∝ 3v·w²(1 − w²) and dv/dt ∝ w³(1 − v²) ' +
          'to leading order in c₁, so that (1 − v²)³/(1 − w²) is constant, for small overlaps w² − 3v²: both move at once, and the expert, three times ' +
          `as fast in the square, still passes ½ first, with the router near ${readable(CONSERVED, 3)}. The order of the two is no criterion. From a random start the ` +
          'overlaps w·v* and v·w*, as large as the others, take part, and routers are elsewhere.',
        ...(last && compared && last.pairs.length > 0 && compared.pairs.length > 0
          ? [
              `At d = ${last.d} the router of a tanh unit overlapped by ${readable(last.routerAtExpert.value, 2)} when its expert aligned, where that of a ` +
                `sigmoid unit overlapped by ${readable(compared.routerAtExpert.value, 2)} (medians); it came after its expert in ${readable(100 * last.after.value, 3)} % of pairs.`,
            ]
          : []),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [
        phaseFigure(tanh, sigmoid, own),
        orderFigure('c2c-order', 'Experts and routers behind tanh gates', tanh),
      ],
      tables: [
        phaseTable('tanh', tanh),
        phaseTable('sigmoid', sigmoid),
        phaseTable('tanh, uncrossed start,', own ? [own] : []),
      ],
    };
  },
};

function phaseFigure(
  tanh: readonly OrderByDim[],
  sigmoid: readonly OrderByDim[],
  uncrossed: OrderByDim | undefined,
) {
  const rows = [tanh, sigmoid, uncrossed ? [uncrossed] : []].flatMap((orders, series) =>
    orders.map(({ d, routerAtExpert }) => ({ d, ...routerAtExpert, series })),
  );
  const of = (series: number) => rows.filter((row) => row.series === series);
  const ring = { x: 'd', y: 'value', fill: color('surface'), strokeWidth: 2, r: 5 } as const;
  return {
    name: 'c2c-phase',
    title: 'How far the router is when its expert aligns',
    caption:
      'Median router overlap at the time at which the expert of its unit reaches ½, with intervals: tanh gates (dots), sigmoid gates ' +
      '(rings), tanh gates from a start without crossed overlaps (diamond). Line: what is conserved then.',
    options: {
      grid: true,
      x: dimensionAxis(tanh.map(({ d }) => d)),
      y: { label: 'router overlap', domain: [Math.min(-0.05, ...rows.map(({ low }) => low)), 0.5] },
      marks: [
        ruleY([CONSERVED], { strokeDasharray: '4 3' }),
        ruleX(rows, { x: 'd', y1: 'low', y2: 'high' }),
        dot(of(0), { x: 'd', y: 'value', fill: color('high'), r: 5 }),
        dot(of(1), { ...ring, stroke: color('low') }),
        dot(of(2), { ...ring, stroke: color('high'), symbol: 'diamond' }),
      ],
    },
  };
}
