import { dot } from '@observablehq/plot';
import { color, type Figure, plural, readable } from '@softmoe/figures';
import type { AlignedPair } from '@softmoe/lab';
import {
  type Claim,
  dimsOf,
  done,
  type Extent,
  failureSentences,
  type Grid,
  type Outcome,
  overGrid,
  type PlannedTask,
  type Scale,
} from './claim.ts';
import { atLeast, type ClaimNumber, type ClaimTable, combined } from './finding.ts';
import { diagonal, withInterval } from './finding-parts.ts';
import type { AlignmentTimes, AlignmentTimesInput } from './measurements/alignment-times.ts';
import { bootstrapAll } from './statistics/bootstrap.ts';
import { meanShare } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';

const SCALES: Readonly<Record<Scale, Grid>> = {
  tiny: { seeds: 4, dims: [64, 512] },
  quick: { seeds: 16, dims: [64, 128, 256, 512, 1024, 2048] },
  full: { seeds: 100, dims: [64, 128, 256, 512, 1024, 2048] },
};
/** Dimensions from which on the claim is made: below, routers overlap by chance. */
const HIGH_DIM = 512;
const SHARE = 0.8;

/** Flow time that is ample for a gate with a mean, whose units align in times of order √d. */
export const ample = (inputDim: number) => 16 * Math.sqrt(inputDim) + 100;

/** Runs until whole units are aligned, by dimension and seed: C2c compares its own with these. */
export function jointRuns(
  gate: 'sigmoid' | 'tanh',
  grid: Grid,
  extent: Extent,
  patience: (inputDim: number) => number,
  change: Pick<AlignmentTimesInput, 'start'> = {},
): PlannedTask[] {
  return overGrid(grid, extent, (inputDim, seed) => {
    const input: AlignmentTimesInput = {
      inputDim,
      teachers: 3,
      students: 15,
      gate,
      seed,
      until: 'pairs',
      time: patience(inputDim),
      ...change,
    };
    return {
      kind: 'claim/alignment-times',
      input,
      seconds: change.start ? 0.8 : gate === 'tanh' ? 0.2 : 0.13,
    };
  });
}

/** What one dimension says about the order within pairs. */
export interface OrderByDim {
  readonly d: number;
  readonly pairs: readonly AlignedPair[];
  /** Teacher units with which no whole unit aligned in time. */
  readonly missed: number;
  /** Share of pairs in which the router aligned after its expert, averaged over runs. */
  readonly after: ClaimNumber;
  /** Median over runs and pairs of the router's overlap when the expert aligned, and of the lag. */
  readonly routerAtExpert: ClaimNumber;
  readonly lag: ClaimNumber;
}

/** Which of expert and router aligned first behind a gate, by dimension, from a random start or from one that was moved. */
export function orderByDim(
  outcomes: readonly Outcome[],
  gate: string,
  start?: AlignmentTimesInput['start'],
): OrderByDim[] {
  const own = outcomes.filter(({ input }) => {
    const of = input as AlignmentTimesInput;
    return of.gate === gate && of.start === start;
  });
  const runs = done<AlignmentTimesInput, AlignmentTimes>(own, 'claim/alignment-times');
  return dimsOf(own).map((d) => {
    const all = runs.filter(({ input }) => input.inputDim === d).map(({ output }) => output.pairs);
    const told = all
      .map((pairs) => pairs.filter((pair) => pair !== null))
      .filter((pairs) => pairs.length > 0);
    const pairs = told.flat();
    const { at, lag } = bootstrapAll(told, (sample) => ({
      at: median(sample.flat().map((pair) => pair.routerAtExpert)),
      lag: median(sample.flat().map((pair) => pair.router - pair.expert)),
    }));
    const label = `${gate}${start ? `, ${start}` : ''}, d = ${d}`;
    return {
      d,
      pairs,
      missed: all.flat().length - pairs.length,
      after: {
        label: `share of pairs, router after expert: ${label}`,
        ...meanShare(
          told.map(
            (run) => run.filter(({ expert, router }) => router > expert).length / run.length,
          ),
        ),
        note: `${plural(pairs.length, 'pair')} in ${plural(told.length, 'run')}`,
      },
      routerAtExpert: { label: `router overlap when the expert aligned: ${label}`, ...at },
      lag: { label: `lag of the router behind the expert: ${label}`, ...lag },
    };
  });
}

/** C2: experts align first, then their routers. */
export const guidance: Claim = {
  id: 'C2',
  title: 'Guidance: experts first',
  statement:
    'Experts guide routers: a router aligns with the teacher only after the expert of its own unit has, so that experts come first.',
  plan: (extent) => jointRuns('sigmoid', SCALES[extent.scale], extent, ample),
  judge(outcomes) {
    const orders = orderByDim(outcomes, 'sigmoid');
    const high = orders.filter(({ d }) => d >= HIGH_DIM);
    const criteria = high.map(({ d, after }) => ({
      text:
        `At d = ${d} the router reaches overlap ½ after its own expert in at least ${SHARE} of pairs, by the whole interval; ` +
        'it fails if the whole interval is below.',
      verdict: atLeast(after, SHARE),
    }));
    const missed = orders.reduce((sum, order) => sum + order.missed, 0);
    const last = orders.findLast(({ pairs }) => pairs.length > 0);
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [...orders].reverse().map(({ after }) => after),
      sentences: [
        'A pair is a teacher unit with the first student unit of which both expert and router aligned with it (3 teacher experts, ' +
          '15 students). The interval counts runs, not pairs, since pairs of one run are not independent: it is on the safe side.',
        ...(last
          ? [
              `At d = ${last.d}, when an expert aligned its router overlapped with the teacher's by ${readable(last.routerAtExpert.value, 2)}, ` +
                `and aligned ${readable(Math.abs(last.lag.value), 3)} units of time ${last.lag.value < 0 ? 'earlier' : 'later'} (medians).`,
            ]
          : []),
        ...(missed > 0
          ? [
              `${plural(missed, 'teacher unit was', 'teacher units were')} not aligned in time and left without a pair.`,
            ]
          : []),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [orderFigure('c2-order', 'Experts first, then their routers', orders)],
      tables: [phaseTable('sigmoid', orders)],
    };
  },
};

/** Times of the experts and routers of all pairs; above the diagonal the router came later. */
export function orderFigure(name: string, title: string, orders: readonly OrderByDim[]): Figure {
  const pairs = orders.flatMap(({ d, pairs }) =>
    pairs.map(({ expert, router }) => ({ d, expert, router })),
  );
  const times = pairs.flatMap(({ expert, router }) => [expert, router]);
  return {
    name,
    title,
    caption:
      'Each dot is a pair of a student unit and a teacher unit, the larger the higher the dimension. Above the line the router aligned after its expert.',
    options: {
      grid: true,
      x: { type: 'log' as const, label: 'time at which the expert aligned' },
      y: { type: 'log' as const, label: 'time at which its router aligned' },
      r: { range: [1, 3.5], domain: [64, 2048], type: 'log' as const },
      marks: [
        diagonal(times),
        dot(pairs, { x: 'expert', y: 'router', r: 'd', stroke: color('low'), strokeOpacity: 0.5 }),
      ],
    },
  };
}

/** The phase in which only experts learn, by dimension. */
export function phaseTable(gate: string, orders: readonly OrderByDim[]): ClaimTable {
  return {
    kind: 'table',
    caption: `Pairs behind ${gate} gates: medians over pairs, with intervals over runs.`,
    columns: ['d', 'pairs', 'router after expert', 'router overlap when the expert aligns', 'lag'],
    rows: orders.map(({ d, pairs, after, routerAtExpert, lag }) => [
      `${d}`,
      `${pairs.length}`,
      withInterval(after),
      withInterval(routerAtExpert),
      withInterval(lag),
    ]),
  };
}
