import { dot } from '@observablehq/plot';
import { color, decades, drawable, plural } from '@softmoe/figures';
import { canonicalRuns, canonicalSummaries } from './canonical.ts';
import { type Claim, failureSentences } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { bootstrapAll } from './statistics/bootstrap.ts';
import { shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';

const SHARE = 0.8;

/** C15: where fine-tuning ends, convergence to the teacher is a theorem. */
export const provedConvergence: Claim = {
  id: 'C15',
  title: 'Proved convergence',
  statement:
    'Where fine-tuning ends it is proved, by arithmetic with outward rounding, that gradient descent converges to the teacher, which is the only ' +
    'critical point nearby.',
  plan: canonicalRuns,
  judge(outcomes) {
    const runs = canonicalSummaries(outcomes);
    const proofs = runs.map((run) => run?.certificate.proof ?? undefined);
    const known = proofs.filter((proof) => proof !== undefined);
    const proved = shareOf(proofs.map((proof) => proof !== undefined));
    const fromStart = shareOf(proofs.map((proof) => proof?.start?.proved === true));
    const reasons = new Set(
      runs.flatMap((run) => {
        const failure = run?.certificate.proofFailure;
        return failure ? [failure.inequality] : [];
      }),
    );
    const medians = bootstrapAll(known, (sample) => ({
      radius: median(sample.map(({ radius }) => radius)),
      distance: median(sample.map(({ distance }) => distance)),
      rate: median(sample.map(({ rateHere }) => rateHere)),
    }));
    const criteria = [
      {
        text: `In at least ${SHARE} of all runs, by the whole interval, the proof goes through; a run that failed or pruned to another size counts as not proved.`,
        verdict: atLeast(proved, SHARE),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        {
          label: 'share of all runs that are proved',
          ...proved,
          note: plural(runs.length, 'run'),
        },
        {
          label: 'share of all runs that are proved from where fine-tuning began',
          ...fromStart,
          note: plural(runs.length, 'run'),
        },
        { label: 'radius of the ball of one critical point', ...medians.radius, note: 'median' },
        { label: 'distance of the student from the teacher', ...medians.distance, note: 'median' },
        {
          label: 'factor of the distance per step from there, at most',
          ...medians.rate,
          note: 'median',
        },
      ],
      sentences: [
        'The proof is of gradient descent on the population loss in exact arithmetic, from where fine-tuning ended, docs/theory.md (55)–(66). It says nothing of ' +
          'joint training from a random start, which is statistics here.',
        ...[...reasons].map((inequality) => `Not met somewhere: ${inequality}.`),
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [
        {
          name: 'c15-proof',
          title: 'Distance of the student, and the proved radius',
          caption:
            'Each pair of marks is a run that is proved: how far its student is from the teacher (dots), and the radius within which descent is proved to converge (rings).',
          options: {
            x: { label: 'run' },
            y: decades(
              known.flatMap(({ distance, radius }) => [drawable(distance), radius]),
              'distance',
            ),
            marks: [
              dot(
                known.map(({ distance }, run) => ({ run, y: drawable(distance) })),
                { x: 'run', y: 'y', fill: color('low'), r: 2.5 },
              ),
              dot(
                known.map(({ radius }, run) => ({ run, y: radius })),
                { x: 'run', y: 'y', stroke: color('high'), r: 3 },
              ),
            ],
          },
        },
      ],
      tables: [],
    };
  },
};
