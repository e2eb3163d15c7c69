import { dot, ruleY } from '@observablehq/plot';
import { color, readable } from '@softmoe/figures';
import { gateOf } from '@softmoe/model/checks';
import { gateMoments } from '@softmoe/population';
import {
  type Claim,
  dimsOf,
  done,
  failureSentences,
  type Grid,
  groupBySeed,
  overGrid,
  type Scale,
} from './claim.ts';
import { atLeast, combined, within } from './finding.ts';
import { dimensionAxis } from './finding-parts.ts';
import type { PlacedExperts, PlacedExpertsInput } from './measurements/guidance.ts';
import { bootstrapMean } from './statistics/bootstrap.ts';
import { meanShare, unknown } from './statistics/interval.ts';
import { mean } from './statistics/summaries.ts';

const SCALES: Readonly<Record<Scale, Grid>> = {
  tiny: { seeds: 4, dims: [512] },
  quick: { seeds: 20, dims: [512, 2048] },
  full: { seeds: 100, dims: [128, 512, 2048, 8192] },
};
/** Flow time over which the speed is measured; the overlap grows by 0.04 in it, so that the mean speed is the first one. */
const WINDOW = 1;
const PATIENCE = 100;
/** Of leading order in the overlaps, and the speed is a mean over the window. */
const TOLERANCE = 0.05;
const SHARE = 0.8;

/** c₁² of the sigmoid, docs/theory.md (9). */
const predicted = gateMoments(gateOf('sigmoid')).normalised[1]! ** 2;

/** C2b: routers whose experts stand at the teacher’s start at the predicted speed. */
export const placedExpertsClaim: Claim = {
  id: 'C2b',
  title: 'Guidance: experts placed',
  statement:
    "With experts at the teacher's from the start, routers align at once, at the initial speed c₁² of the router's drift.",
  plan: (extent) =>
    overGrid(SCALES[extent.scale], extent, (inputDim, seed) => {
      const input: PlacedExpertsInput = {
        inputDim,
        teachers: 3,
        students: 3,
        gate: 'sigmoid',
        seed,
        window: WINDOW,
        time: PATIENCE,
      };
      return { kind: 'claim/placed-experts', input, seconds: 0.03 };
    }),
  judge(outcomes) {
    const measured = done<PlacedExpertsInput, PlacedExperts>(outcomes, 'claim/placed-experts');
    const runs = measured.map(({ input, output }) => ({ d: input.inputDim, ...output }));
    const dims = dimsOf(outcomes);
    const speeds = dims.map((d) => ({
      d,
      ...bootstrapMean(
        runs.filter((run) => run.d === d).map(({ speed }) => mean(speed) / predicted),
      ),
    }));
    const bySeed = groupBySeed(measured).map((own) => own.flatMap(({ output }) => output.aligned));
    const aligned = meanShare(
      bySeed.map((own) => own.filter((time) => time !== null).length / own.length),
    );
    const criteria = [
      {
        text:
          `At the largest dimension the mean initial speed of v·v*, over a window of time ${WINDOW}, is c₁² within ` +
          `${100 * TOLERANCE} %, with its whole interval; it fails if all of the interval lies outside.`,
        verdict: within(speeds.at(-1) ?? unknown, 1 - TOLERANCE, 1 + TOLERANCE),
      },
      {
        text: `Of the routers at least ${SHARE} align by time ${PATIENCE}, by the whole interval.`,
        verdict: atLeast(aligned, SHARE),
      },
    ];
    const dots = runs.flatMap(({ d, speed }) =>
      speed.map((value) => ({ d, ratio: value / predicted })),
    );
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        ...[...speeds].reverse().map(({ d, ...speed }) => ({
          label: `initial speed in units of c₁², d = ${d}`,
          ...speed,
          note: `c₁² = ${readable(predicted, 4)}`,
        })),
        { label: `share of routers aligned by time ${PATIENCE}`, ...aligned },
      ],
      sentences: [
        'c₁² is the speed to leading order: what small overlaps between routers and experts add falls with d.',
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [
        {
          name: 'c2b-speed',
          title: 'Initial speed of routers whose experts are placed',
          caption:
            'Each dot is a router: its initial speed in units of the predicted c₁² (line), by dimension.',
          options: {
            grid: true,
            x: dimensionAxis(dims),
            y: { label: 'initial speed / c₁²' },
            marks: [
              ruleY([1], { stroke: color('high') }),
              dot(dots, { x: 'd', y: 'ratio', r: 2, stroke: color('low'), strokeOpacity: 0.6 }),
            ],
          },
        },
      ],
      tables: [],
    };
  },
};
