import { dot, ruleY } from '@observablehq/plot';
import { color, decades, drawable, plural, readable } from '@softmoe/figures';
import { canonicalRuns, canonicalSummaries, nullLossOf } from './canonical.ts';
import { type Claim, failureSentences } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { shareOf } from './statistics/interval.ts';

/** Share of the null loss below which a loss is zero as far as this float64 can tell. */
const ZERO = 1e-12;
const SHARE = 0.8;

/** C10: training ends at the global optimum, over all runs. */
export const globalOptimum: Claim = {
  id: 'C10',
  title: 'Global optimum',
  statement:
    'Fine-tuning after pruning converges to the global optimum: a loss of zero, in all runs and not in chosen ones.',
  plan: canonicalRuns,
  judge(outcomes) {
    const runs = canonicalSummaries(outcomes);
    const shares = runs.map((run) =>
      run ? run.loss.final / nullLossOf(run) : Number.POSITIVE_INFINITY,
    );
    const zero = shareOf(shares.map((share) => share <= ZERO));
    const ended = runs.filter((run) => run !== undefined);
    const sized = ended.filter(({ survivors, teachers }) => survivors === teachers);
    const criteria = [
      {
        text:
          `In at least ${SHARE} of all runs, by the whole interval, the final population loss is at most ${readable(ZERO, 1)} of the null loss, whatever number ` +
          'of units pruning left; a run that failed counts as one that did not get there.',
        verdict: atLeast(zero, SHARE),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        {
          label: `share of all runs that end below ${readable(ZERO, 1)} of the null loss`,
          ...zero,
          note: plural(runs.length, 'run'),
        },
        {
          label: 'share of all runs that are certified',
          ...shareOf(runs.map((run) => run?.certificate.verdict === 'certified')),
          note: 'by tolerances, no criterion',
        },
      ],
      sentences: [
        `Pruning left as many units as the teacher has in ${sized.length} of ${plural(runs.length, 'run')} of the canonical preset, another number in ${ended.length - sized.length}.`,
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [
        {
          name: 'c10-final-losses',
          title: 'Where training ends',
          caption:
            'Each mark is a run: its final population loss as a share of the null loss. Below the line it is zero to rounding.',
          options: {
            x: { label: 'run' },
            y: decades(
              [...shares.filter(Number.isFinite).map(drawable), ZERO],
              'final loss / null loss',
            ),
            marks: [
              ruleY([ZERO], { strokeDasharray: '4 3' }),
              dot(
                shares.flatMap((share, run) =>
                  Number.isFinite(share) ? [{ run, share: drawable(share) }] : [],
                ),
                { x: 'run', y: 'share', fill: color('low'), r: 2.5 },
              ),
            ],
          },
        },
      ],
      tables: [],
    };
  },
};
