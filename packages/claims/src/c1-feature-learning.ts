import { dot, ruleY } from '@observablehq/plot';
import { color, plural } from '@softmoe/figures';
import { RECOVERED, type Summary } from '@softmoe/lab';
import { canonicalRuns, canonicalSummaries } from './canonical.ts';
import { type Claim, failureSentences } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { bootstrap } from './statistics/bootstrap.ts';
import { proportion, shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';

/** Of the seeds, the share in which everything has to be recovered. */
const SHARE = 0.8;

/** The least overlap among all experts and routers of a run when learning ended, before pruning. */
const worst = ({ alignment: { trained } }: Summary) =>
  Math.min(...trained.expert, ...trained.router);

/** C1: the student learns every expert and router of the teacher. */
export const featureLearning: Claim = {
  id: 'C1',
  title: 'Feature learning',
  statement:
    'Joint training of routers and experts from a random start recovers the features of the teacher: its expert and ' +
    'its router directions, all of them.',
  plan: canonicalRuns,
  judge(outcomes) {
    const runs = canonicalSummaries(outcomes).filter((run) => run !== undefined);
    const n = outcomes.length;
    const learned = runs.filter((run) => worst(run) >= RECOVERED).length;
    const share = proportion(learned, n);
    const final = shareOf([
      ...runs.map((run) => run.recovered === run.teachers),
      ...new Array<boolean>(n - runs.length).fill(false),
    ]);
    const criteria = [
      {
        text:
          `Holds if in at least ${SHARE} of seeds, by the whole interval, every teacher expert and every teacher router ` +
          `is matched by one student with an overlap of at least ${RECOVERED} when learning ends, before any pruning.`,
        verdict: atLeast(share, SHARE),
      },
    ];
    const overlaps = runs.flatMap(({ seed, alignment: { trained } }) =>
      trained.expert.flatMap((expert, j) => [
        { seed, kind: 'expert', overlap: expert },
        { seed, kind: 'router', overlap: trained.router[j]! },
      ]),
    );
    const least = (kind: string) =>
      bootstrap(runs, (sample) =>
        median(
          sample.map(({ alignment: { trained } }) =>
            Math.min(...(kind === 'expert' ? trained.expert : trained.router)),
          ),
        ),
      );
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        {
          label: 'share of seeds with all experts and routers recovered',
          ...share,
          note: `${learned} of ${n}`,
        },
        { label: 'the same after pruning and fine-tuning', ...final },
        { label: "median over seeds of a run's least expert overlap", ...least('expert') },
        { label: "median over seeds of a run's least router overlap", ...least('router') },
      ],
      sentences: [
        `On the canonical preset (d = 1000, 5 teacher experts, 25 students) ${learned} of ${plural(n, 'seed')} ended joint training ` +
          'with all experts and all routers of the teacher found.',
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [
        {
          name: 'c1-overlaps',
          title: 'Overlaps when learning ended',
          caption: `Each mark is one of the teacher's experts (dots) or routers (rings) in one seed: its overlap with the student matched to it. Above the line at ${RECOVERED} it counts as recovered.`,
          options: {
            x: { label: 'seed' },
            y: {
              label: 'overlap at the end of learning',
              domain: [Math.min(0.85, ...overlaps.map((o) => o.overlap)), 1],
            },
            marks: [
              ruleY([RECOVERED], { strokeDasharray: '4 3' }),
              dot(
                overlaps.filter(({ kind }) => kind === 'expert'),
                { x: 'seed', y: 'overlap', fill: color('low'), r: 2.5 },
              ),
              dot(
                overlaps.filter(({ kind }) => kind === 'router'),
                { x: 'seed', y: 'overlap', stroke: color('high'), r: 3 },
              ),
            ],
          },
        },
      ],
      tables: [],
    };
  },
};
