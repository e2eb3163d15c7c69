import { dot, line, ruleX, ruleY } from '@observablehq/plot';
import { color, heatMapFigure } from '@softmoe/figures';
import { type Claim, done, failureSentences, type Scale, seeds } from './claim.ts';
import { atMost, combined } from './finding.ts';
import { withInterval } from './finding-parts.ts';
import { isRecovered, type Learned, type LearningInput } from './measurements/learning.ts';
import { type Interval, proportion } from './statistics/interval.ts';

const SCALES: Readonly<
  Record<Scale, { seeds: number; teachers: readonly number[]; ratios: readonly number[] }>
> = {
  tiny: { seeds: 4, teachers: [2], ratios: [1, 2, 4] },
  quick: { seeds: 80, teachers: [2, 3], ratios: [1, 2, 4, 6] },
  full: { seeds: 150, teachers: [2, 3, 4, 6, 8], ratios: [1, 1.5, 2, 3, 4, 5, 6] },
};
const INPUT_DIM = 64;
const TIME = 300;
const PROBABILITY = 0.95;
/** Students for each teacher expert that still count as moderate. The canonical experiment has 5. */
const MODERATE = 6;

interface Cell {
  readonly k: number;
  readonly m: number;
  /** By seed, a failed measurement counting as not recovered. */
  readonly recovered: ReadonlyMap<number, boolean>;
  readonly share: Interval;
}

/** C5: a moderate number of students is enough to recover. */
export const overParameterisation: Claim = {
  id: 'C5',
  title: 'Moderate over-parameterisation',
  statement:
    'Recovery needs more students than the teacher has experts, but only moderately more: a small multiple, whatever their number.',
  plan(scale) {
    const { seeds: count, teachers, ratios } = SCALES[scale];
    return teachers.flatMap((k) =>
      ratios.flatMap((ratio) => {
        const m = Math.round(ratio * k);
        const pairs = (m * (m + 1)) / 2 + m * k;
        return seeds(count).map((seed) => {
          const input: LearningInput = {
            config: { inputDim: INPUT_DIM, teachers: k, students: m, seed, train: { time: TIME } },
            stopWhenRecovered: true,
          };
          return { kind: 'claim/learning', input, seconds: 0.08 + 0.0007 * pairs };
        });
      }),
    );
  },
  judge(outcomes) {
    const cells = cellsOf(outcomes);
    const ks = [...new Set(cells.map(({ k }) => k))].sort((a, b) => a - b);
    const needed = ks.map((k) => {
      const own = cells.filter((cell) => cell.k === k);
      const least = leastOf(own);
      const scaled = { value: least.value / k, low: least.low / k, high: least.high / k };
      return { k, least, ratio: scaled, exact: own.find(({ m }) => m === k) };
    });
    const criteria = needed.flatMap(({ k, ratio, exact }) => [
      {
        text:
          `k = ${k}: the smallest m on the grid from which on recovery has probability ${PROBABILITY} is at most ${MODERATE}·k, by the ` +
          'whole interval over seeds.',
        verdict: atMost(ratio, MODERATE),
      },
      ...(exact
        ? [
            {
              text: `k = ${k}: as many students as teacher experts recover with a probability below ${PROBABILITY}, by the whole interval.`,
              verdict: atMost(exact.share, PROBABILITY),
            },
          ]
        : []),
    ]);
    const largest = needed.at(-1);
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        ...needed
          .map(({ k, least, ratio }) => ({
            label: `smallest m/k that recovers with probability ${PROBABILITY}, k = ${k}`,
            ...ratio,
            note: `m = ${withInterval(least)}`,
          }))
          .reverse(),
        ...needed.flatMap(({ k, exact }) =>
          exact ? [{ label: `probability of recovery with m = k = ${k}`, ...exact.share }] : [],
        ),
      ],
      sentences: [
        `Recovered means that all experts and routers were matched with an overlap of 0.9 by time ${TIME}, d = ${INPUT_DIM}. The size is ` +
          'sought on a grid of m/k. Its limits are the first m at which the probability is not excluded by the interval of its share, and the m from which on it is ' +
          'beyond doubt; an infinite one says that the grid or the number of seeds does not reach so far.',
        ...(largest
          ? [
              Number.isFinite(largest.least.value)
                ? `For ${largest.k} teacher experts it takes m = ${withInterval(largest.least)} students.`
                : `For ${largest.k} teacher experts no number of students on the grid is enough.`,
            ]
          : []),
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [
        heatMapFigure({
          name: 'c5-recovery',
          title: 'Probability of recovery',
          caption: `Share of seeds that recovered everything, by over-parameterisation m/k and number k of teacher experts.`,
          x: 'm/k',
          y: 'k',
          cells: cells.map(({ k, m, share }) => ({
            x: Number((m / k).toFixed(2)),
            y: k,
            share: share.value,
            label: share.value.toFixed(2),
          })),
        }),
        neededFigure(needed),
      ],
      tables: [
        {
          kind: 'table',
          caption: 'Share of seeds that recovered everything, with Wilson intervals.',
          columns: ['k', 'm', 'm/k', 'share [95 % interval]', 'seeds'],
          rows: cells.map(({ k, m, share, recovered }) => [
            `${k}`,
            `${m}`,
            (m / k).toFixed(2),
            withInterval(share),
            `${recovered.size}`,
          ]),
        },
      ],
    };
  },
};

function cellsOf(outcomes: Parameters<Claim['judge']>[0]): Cell[] {
  const found = new Map<string, { k: number; m: number; recovered: Map<number, boolean> }>();
  for (const outcome of outcomes) {
    const { config } = outcome.input as LearningInput;
    const { teachers: k = 0, students: m = 0, seed = 0 } = config;
    const cell = found.get(`${k} ${m}`) ?? { k, m, recovered: new Map() };
    found.set(`${k} ${m}`, cell);
    const [learned] = done<LearningInput, Learned>([outcome], 'claim/learning');
    cell.recovered.set(seed, learned !== undefined && isRecovered(learned.output));
  }
  return [...found.values()]
    .sort((a, b) => a.k - b.k || a.m - b.m)
    .map((cell) => {
      const yes = [...cell.recovered.values()].filter(Boolean).length;
      return { ...cell, share: proportion(yes, cell.recovered.size) };
    });
}

/**
 * The smallest m from which on all larger m of the grid recover with the probability asked for, by their shares. From below
 * it is limited by the first m at which that is not excluded, from above by the m from which on it is beyond doubt;
 * Infinity where the grid or the number of seeds does not reach so far.
 */
function leastOf(cells: readonly Cell[]): Interval {
  const fromOn = (reaches: (share: Interval) => boolean) => {
    const last = cells.findLastIndex(({ share }) => !reaches(share));
    return cells[last + 1]?.m ?? Infinity;
  };
  return {
    value: fromOn(({ value }) => value >= PROBABILITY),
    low: cells.find(({ share }) => share.high >= PROBABILITY)?.m ?? Infinity,
    high: fromOn(({ low }) => low >= PROBABILITY),
  };
}

function neededFigure(needed: readonly { readonly k: number; readonly least: Interval }[]) {
  const known = needed.filter(({ least }) => Number.isFinite(least.value));
  const most = Math.max(
    1,
    ...known.map(({ least }) => (Number.isFinite(least.high) ? least.high : least.value)),
  );
  const bars = known.map(({ k, least }) => ({ k, ...least, high: Math.min(least.high, most) }));
  const ks = needed.map(({ k }) => k);
  return {
    name: 'c5-needed',
    title: 'Students that it takes',
    caption: `Smallest m that recovers with probability ${PROBABILITY}, with its interval over seeds, by the number k of teacher experts. Lines: m = k and m = ${MODERATE}k.`,
    options: {
      grid: true,
      x: { label: 'teacher experts k', ticks: ks, tickFormat: 'd', inset: 24 },
      y: { label: 'students m', domain: [0, most * 1.05] },
      marks: [
        ruleY([0]),
        line(ks, { x: (k: number) => k, y: (k: number) => k, strokeDasharray: '4 3' }),
        line(ks, {
          x: (k: number) => k,
          y: (k: number) => MODERATE * k,
          stroke: color('high'),
          strokeDasharray: '4 3',
          clip: true,
        }),
        ruleX(bars, { x: 'k', y1: 'low', y2: 'high', strokeWidth: 2 }),
        dot(bars, { x: 'k', y: 'value', r: 5, fill: color('low') }),
      ],
    },
  };
}
