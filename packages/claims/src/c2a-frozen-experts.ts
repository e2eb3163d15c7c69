import { dot, ruleX, ruleY } from '@observablehq/plot';
import { color, plural } from '@softmoe/figures';
import { ALIGNED } from '@softmoe/lab';
import { ample } from './c2-guidance.ts';
import {
  type Claim,
  done,
  failureSentences,
  type Grid,
  groupBySeed,
  overGrid,
  type Scale,
} from './claim.ts';
import { atLeast, combined } from './finding.ts';
import type { FrozenExperts, FrozenExpertsInput } from './measurements/guidance.ts';
import { bootstrap } from './statistics/bootstrap.ts';
import { shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';

const SCALES: Readonly<Record<Scale, Grid>> = {
  tiny: { seeds: 2, dims: [512] },
  quick: { seeds: 16, dims: [512] },
  full: { seeds: 60, dims: [512, 2048] },
};
const SHARE = 0.8;

/** C2a: while experts are frozen far from the teacher, routers do not align. */
export const frozenExpertsClaim: Claim = {
  id: 'C2a',
  title: 'Guidance: experts frozen',
  statement: 'Without experts that learn, routers do not align: there is nothing to guide them.',
  plan: (extent) =>
    overGrid(SCALES[extent.scale], extent, (inputDim, seed) => {
      const input: FrozenExpertsInput = {
        inputDim,
        teachers: 3,
        students: 15,
        gate: 'sigmoid',
        seed,
        time: ample(inputDim),
      };
      return { kind: 'claim/frozen-experts', input, seconds: 0.35 };
    }),
  judge(outcomes) {
    const runs = done<FrozenExpertsInput, FrozenExperts>(outcomes, 'claim/frozen-experts');
    const valid = runs.filter(({ output }) => output.joint !== null);
    const bySeed = groupBySeed(valid);
    const still = shareOf(bySeed.map((own) => own.every(({ output }) => output.largest < ALIGNED)));
    const criteria = [
      {
        text:
          `In at least ${SHARE} of seeds, by the whole interval, no router reaches overlap ½ with any of the teacher's while ` +
          'the experts rest at their random start for three times the time in which the joint run aligned everything (d ≥ 512).',
        verdict: atLeast(still, SHARE),
      },
    ];
    const dots = valid.map(({ input, output }) => ({ ...output, seed: input.seed }));
    const most = [...dots].sort((a, b) => b.largest - a.largest)[0];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        {
          label: 'share of seeds in which no router aligned',
          ...still,
          note: `${plural(valid.length, 'run')} of ${plural(bySeed.length, 'seed')}`,
        },
        {
          label: 'median of the largest router overlap on the way',
          ...bootstrap(dots, (s) => median(s.map((x) => x.largest))),
        },
        {
          label: 'median of what that gained on its start',
          ...bootstrap(dots, (s) => median(s.map((x) => x.largest - x.start))),
        },
      ],
      sentences: [
        most === undefined
          ? 'No joint run aligned everything, so there is nothing to compare with.'
          : `With frozen experts the largest overlap of any router over the whole time was ${most.largest.toFixed(3)}; that run started at ${most.start.toFixed(3)}, by chance.`,
        ...(valid.length < runs.length
          ? [
              `${plural(runs.length - valid.length, 'run was', 'runs were')} left out, because the joint run did not align everything in time.`,
            ]
          : []),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [
        {
          name: 'c2a-frozen',
          title: 'Routers with frozen experts',
          caption:
            'For each seed the largest router overlap at the start (ring) and over the whole time with frozen experts (dot). Above the dashed line a router would have aligned.',
          options: {
            grid: true,
            x: { label: 'seed' },
            y: { label: 'largest router overlap', domain: [0, 1] },
            marks: [
              ruleY([ALIGNED], { strokeDasharray: '4 3' }),
              ruleX(dots, { x: 'seed', y1: 'start', y2: 'largest', stroke: color('high') }),
              dot(dots, { x: 'seed', y: 'start', stroke: color('soft'), r: 4 }),
              dot(dots, { x: 'seed', y: 'largest', fill: color('high'), r: 2.5 }),
            ],
          },
        },
      ],
      tables: [],
    };
  },
};
