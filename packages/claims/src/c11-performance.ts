import { dot, ruleY } from '@observablehq/plot';
import { color, decades, drawable, plural } from '@softmoe/figures';
import type { Summary } from '@softmoe/lab';
import { canonicalRuns, canonicalSummaries, nullLossOf } from './canonical.ts';
import { type Claim, failureSentences } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { bootstrapAll } from './statistics/bootstrap.ts';
import { shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';

/** Share of the null loss that pruning may leave. */
const KEPT = 0.01;
const SHARE = 0.8;

const stages = {
  trained: 'before pruning',
  pruned: 'after pruning',
  final: 'after fine-tuning',
} as const;
type Stage = keyof typeof stages;

/** C11: pruning keeps what was learnt, and fine-tuning improves on it. */
export const keptPerformance: Claim = {
  id: 'C11',
  title: 'Pruning keeps performance',
  statement:
    'Pruning removes the redundant units and keeps the performance; after fine-tuning the small model is better than the large one was.',
  plan: canonicalRuns,
  judge(outcomes) {
    const runs = canonicalSummaries(outcomes);
    const known = runs.filter((run) => run !== undefined);
    const share = (run: Summary, stage: Stage) => run.loss[stage] / nullLossOf(run);
    const kept = shareOf(runs.map((run) => run !== undefined && share(run, 'pruned') <= KEPT));
    const better = shareOf(
      runs.map((run) => run !== undefined && run.loss.final < run.loss.trained),
    );
    const medians = bootstrapAll(known, (sample) => ({
      trained: median(sample.map((run) => share(run, 'trained'))),
      pruned: median(sample.map((run) => share(run, 'pruned'))),
      final: median(sample.map((run) => share(run, 'final'))),
    }));
    const criteria = [
      {
        text: `In at least ${SHARE} of all runs, by the whole interval, the loss after pruning, before any fine-tuning, is at most ${100 * KEPT} % of the null loss.`,
        verdict: atLeast(kept, SHARE),
      },
      {
        text: `In at least ${SHARE} of all runs, by the whole interval, the loss after fine-tuning is below that of the unpruned student.`,
        verdict: atLeast(better, SHARE),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        {
          label: `share of all runs that pruning leaves at ${100 * KEPT} % of the null loss or less`,
          ...kept,
          note: plural(runs.length, 'run'),
        },
        { label: 'share of all runs better than unpruned after fine-tuning', ...better },
        ...Object.entries(stages).map(([stage, words]) => ({
          label: `loss / null loss ${words}`,
          ...medians[stage as Stage],
          note: 'median',
        })),
      ],
      sentences: [
        'Losses are exact population losses of the canonical preset’s runs: of the 25 students when learning ended, of the units that pruning kept with ' +
          'amplitudes refitted, and of those after fine-tuning.',
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [lossesFigure(known, share)],
      tables: [],
    };
  },
};

function lossesFigure(runs: readonly Summary[], shareAt: (run: Summary, stage: Stage) => number) {
  const dots = runs.flatMap((run, index) =>
    Object.entries(stages).map(([stage, words]) => ({
      run: index,
      stage: words,
      share: drawable(shareAt(run, stage as Stage)),
    })),
  );
  return {
    name: 'c11-losses',
    title: 'Loss before and after pruning, and at the end',
    caption: 'Each mark is a run: its population loss as a share of the null loss, by stage.',
    options: {
      marginLeft: 120,
      x: decades([...dots.map(({ share }) => share), KEPT], 'loss / null loss'),
      y: { type: 'band' as const, label: null, domain: Object.values(stages) },
      marks: [
        ruleY(Object.values(stages), { strokeOpacity: 0.1 }),
        dot(dots, { x: 'share', y: 'stage', fill: color('low'), fillOpacity: 0.5, r: 2.5 }),
      ],
    },
  };
}
