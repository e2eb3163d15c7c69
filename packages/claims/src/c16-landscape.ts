import { dot, ruleX } from '@observablehq/plot';
import { color, plural } from '@softmoe/figures';
import { type Claim, done, failureSentences, type Scale, seeds } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import type { Landscapes, LandscapesInput } from './measurements/landscapes.ts';
import { bootstrapAll } from './statistics/bootstrap.ts';
import { meanShare, shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';

const TEACHERS = 3;
const CONFIG = {
  inputDim: 256,
  teachers: TEACHERS,
  students: 6,
  train: { time: 200, recordEvery: 2 },
} as const;
const SEEDS: Readonly<Record<Scale, number>> = { tiny: 1, quick: 4, full: 40 };
/** Share of the records before the last discovery: by chance it would be one third. */
const LEADS = 0.5;
const SHARE = 0.8;

/** C16: the landscape along training is that of a saddle which points to what is missing. */
export const landscapeClaim: Claim = {
  id: 'C16',
  title: 'The landscape along the way',
  statement:
    'While teacher experts are missing the student is near a saddle whose steepest way down leads to the expert that is found next; training lowers ' +
    'the index; what duplicates leave flat, pruning removes.',
  plan: (extent) =>
    seeds(SEEDS[extent.scale], extent).map((seed) => {
      const input: LandscapesInput = { config: { ...CONFIG, seed } };
      return { kind: 'claim/landscapes', input, seconds: 6 };
    }),
  judge(outcomes) {
    const runs = done<LandscapesInput, Landscapes>(outcomes, 'claim/landscapes').map(
      ({ output }) => output,
    );
    const leads = meanShare(runs.map(leadShare).filter((share) => share !== undefined));
    const unfinished = meanShare(runs.map(unfinishedShare).filter((share) => share !== undefined));
    const ends = runs.map(({ points }) => ({ first: points[0], last: points.at(-1) }));
    const lowered = shareOf(
      ends.map(({ first, last }) => (last?.index ?? Infinity) < (first?.index ?? -Infinity)),
    );
    const flat = shareOf(
      runs.map(({ points, pruned }) => (points.at(-1)?.flat ?? 0) > 0 && pruned.flat === 0),
    );
    const medians = bootstrapAll(ends, (sample) => ({
      first: median(sample.map(({ first }) => first?.index ?? Number.NaN)),
      last: median(sample.map(({ last }) => last?.index ?? Number.NaN)),
      flat: median(sample.map(({ last }) => last?.flat ?? Number.NaN)),
    }));
    const criteria = [
      {
        text:
          `In at least ${LEADS} of the records before the last discovery, averaged over seeds, the steepest way down leads to the expert found next (whole interval; ` +
          `by chance it would be one of ${TEACHERS}).`,
        verdict: atLeast(leads, LEADS),
      },
      {
        text: `In at least ${SHARE} of seeds fewer directions lead down at the end of training than at the start, by the whole interval.`,
        verdict: atLeast(lowered, SHARE),
      },
      {
        text: `In at least ${SHARE} of seeds, by the whole interval, directions are flat at the end of training, and none is after pruning.`,
        verdict: atLeast(flat, SHARE),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        {
          label: 'share of records in which the steepest way down leads to the expert found next',
          ...leads,
          note: plural(runs.length, 'seed'),
        },
        {
          label:
            'share of records in which it leads to a unit of which expert or router is missing',
          ...unfinished,
          note: 'until the last of them is found, no criterion',
        },
        { label: 'share of seeds in which training lowers the index', ...lowered },
        { label: 'share of seeds with flat directions, all removed by pruning', ...flat },
        { label: 'index at the start', ...medians.first, note: 'median' },
        { label: 'index at the end of training', ...medians.last, note: 'median' },
        { label: 'flat directions at the end of training', ...medians.flat, note: 'median' },
      ],
      sentences: [
        `The whole spectrum of the exact Hessian along the flow of ${CONFIG.students} students on ${TEACHERS} teacher experts, d = ${CONFIG.inputDim}. An eigenvalue counts as ` +
          'flat within 1e-4 of the highest. That the steepest way down turns routers and experts of one teacher unit together says nothing of which comes first.',
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [indexFigure(runs)],
      tables: [],
    };
  },
};

/** Of a run's records before its last discovery, the share that lead to what is found next; undefined without any. */
function leadShare({ points, found }: Landscapes): number | undefined {
  const discoveries = found
    .flatMap((time, j) => (time === null ? [] : [{ time, unit: j + 1 }]))
    .sort((a, b) => a.time - b.time);
  return shareTrue(
    points.flatMap(({ time, toward }) => {
      const next = discoveries.find((discovery) => discovery.time > time);
      return next && toward !== null ? [toward === next.unit] : [];
    }),
  );
}

/** Of a run's records before its last expert or router was found, the share that lead to a unit of which one is missing. */
function unfinishedShare({ points, found, routers }: Landscapes): number | undefined {
  const whole = found.map((time, j) => Math.max(time ?? Infinity, routers[j] ?? Infinity));
  return shareTrue(
    points.flatMap(({ time, toward }) =>
      toward !== null && whole.some((at) => at > time) ? [(whole[toward - 1] ?? 0) > time] : [],
    ),
  );
}

function shareTrue(values: readonly boolean[]): number | undefined {
  return values.length === 0 ? undefined : values.filter(Boolean).length / values.length;
}

function indexFigure(runs: readonly Landscapes[]) {
  const rows = runs.flatMap(({ points }, run) =>
    points.flatMap(({ time, index }) => (index === null ? [] : [{ run, time, index }])),
  );
  const found = runs.flatMap((run) => run.found.filter((time) => time !== null));
  return {
    name: 'c16-index',
    title: 'How many directions lead down',
    caption:
      'Each mark is a record of a run: the index of the exact Hessian there. Vertical lines: times at which experts were found.',
    options: {
      grid: true,
      x: { label: 'flow time t' },
      y: { label: 'index' },
      marks: [
        ruleX(found, { strokeOpacity: 0.12 }),
        dot(rows, { x: 'time', y: 'index', fill: color('low'), fillOpacity: 0.25, r: 2 }),
      ],
    },
  };
}
