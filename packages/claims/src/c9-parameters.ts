import { dot, ruleY } from '@observablehq/plot';
import { color, decades, drawable, plural, readable } from '@softmoe/figures';
import { canonicalRuns, canonicalSummaries } from './canonical.ts';
import { type Claim, failureSentences } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { bootstrap } from './statistics/bootstrap.ts';
import { shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';

/** Largest difference of a parameter, relative to the teacher's, that counts as the teacher's own. */
const OWN = 1e-6;
const SHARE = 0.8;

/** C9: fine-tuning ends at the teacher's own parameters, over all runs. */
export const parameters: Claim = {
  id: 'C9',
  title: 'The teacher’s own parameters',
  statement:
    'Joint training, pruning and fine-tuning recover the parameters of the teacher: its routers, experts and amplitudes, up to order.',
  plan: canonicalRuns,
  judge(outcomes) {
    const runs = canonicalSummaries(outcomes);
    const errors = runs.map((run) => run?.parameterError ?? Number.POSITIVE_INFINITY);
    const known = errors.filter(Number.isFinite);
    const own = shareOf(errors.map((error) => error <= OWN));
    const criteria = [
      {
        text:
          `In at least ${SHARE} of all runs, by the whole interval, the parameter error is at most ${readable(OWN, 1)}; a run that failed, or that pruned ` +
          'to another number of units than the teacher has, counts as one that did not recover.',
        verdict: atLeast(own, SHARE),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        {
          label: `share of all runs with a parameter error of at most ${readable(OWN, 1)}`,
          ...own,
          note: plural(runs.length, 'run'),
        },
        {
          label: 'parameter error of runs that pruned to k units',
          ...bootstrap(known, (sample) => median(sample)),
          note: `median over ${plural(known.length, 'run')}`,
        },
      ],
      sentences: [
        'The parameter error is the largest difference of a router, expert or amplitude from that of the teacher’s unit matched to it, docs/theory.md. ' +
          `${known.length} of ${plural(runs.length, 'run')} of the canonical preset pruned to as many units as the teacher has.`,
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [
        {
          name: 'c9-parameters',
          title: 'Error of the parameters at the end',
          caption:
            'Each mark is a run that pruned to as many units as the teacher has: its largest difference from the teacher’s parameters.',
          options: {
            x: { label: 'run' },
            y: decades([...known.map(drawable), OWN], 'parameter error'),
            marks: [
              ruleY([OWN], { strokeDasharray: '4 3' }),
              dot(
                known.map((error, run) => ({ run, error: drawable(error) })),
                {
                  x: 'run',
                  y: 'error',
                  fill: color('low'),
                  r: 2.5,
                },
              ),
            ],
          },
        },
      ],
      tables: [],
    };
  },
};
