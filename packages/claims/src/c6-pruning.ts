import { dot, ruleY } from '@observablehq/plot';
import { color, decades, drawable, plural, readable } from '@softmoe/figures';
import { type Claim, done, failureSentences, type Scale, seeds } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import type { PruningBaselines, PruningBaselinesInput } from './measurements/pruning-baselines.ts';
import { bootstrapAll, bootstrapMean } from './statistics/bootstrap.ts';
import { type Interval, shareOf } from './statistics/interval.ts';
import { mean, median } from './statistics/summaries.ts';

const SCALES: Readonly<
  Record<Scale, { seeds: number; config: { inputDim: number; teachers: number; students: number } }>
> = {
  tiny: { seeds: 3, config: { inputDim: 64, teachers: 3, students: 15 } },
  quick: { seeds: 16, config: { inputDim: 1000, teachers: 5, students: 25 } },
  full: { seeds: 100, config: { inputDim: 1000, teachers: 5, students: 25 } },
};
/** Ratios of the teacher's largest amplitude to its smallest. */
const SPREADS = [1, 4] as const;
/** For equal amplitudes; a weak teacher expert attracts in proportion to its amplitude, so it is given more. */
const LEARNING_TIME = 150;
const RANDOM_SUBSETS = 8;
const SHARE = 0.8;

/** C6: pruning finds the size of the teacher, and beats simple baselines. */
export const pruningClaim: Claim = {
  id: 'C6',
  title: 'Pruning',
  statement:
    'Pruning finds the number of the teacher’s experts without being told, and does better than simple rules of the same size.',
  plan: (extent) =>
    SPREADS.flatMap((amplitudeSpread) =>
      seeds(SCALES[extent.scale].seeds, extent).map((seed) => {
        const input: PruningBaselinesInput = {
          config: {
            ...SCALES[extent.scale].config,
            amplitudeSpread,
            seed,
            train: { time: LEARNING_TIME * amplitudeSpread },
          },
          subsets: RANDOM_SUBSETS,
        };
        return { kind: 'claim/pruning-baselines', input, seconds: 0.2 + 0.4 * amplitudeSpread };
      }),
    ),
  judge(outcomes) {
    const runs = done<PruningBaselinesInput, PruningBaselines>(
      outcomes,
      'claim/pruning-baselines',
    ).map(({ input, output }) => ({ spread: input.config.amplitudeSpread ?? 1, ...output }));
    const groups = SPREADS.map((spread) => {
      const own = runs.filter((run) => run.spread === spread);
      return {
        spread,
        name: spread === 1 ? 'equal teacher amplitudes' : `teacher amplitudes 1 to 1/${spread}`,
        runs: own,
        found: shareOf(own.map(({ size, teachers }) => size === teachers)),
        ...bootstrapAll(own, (sample) => ({
          before: median(sample.map((run) => run.before / run.nullLoss)),
          after: median(sample.map((run) => run.after / run.nullLoss)),
        })),
        amplitudes: geometricRatio(own, (run) => run.largestAmplitudes),
        random: geometricRatio(own, (run) => mean(run.random)),
        merging: geometricRatio(own, (run) => run.elimination),
        selection: geometricRatio(
          own,
          (run) => run.largestAmplitudes,
          (run) => run.elimination,
        ),
      };
    });
    const criteria = groups.flatMap(({ name, found, amplitudes, random }) => [
      {
        text: `With ${name} the size found is k in at least ${SHARE} of seeds, by the whole interval.`,
        verdict: atLeast(found, SHARE),
      },
      {
        text: `With ${name} keeping the largest amplitudes, at the same size and refitted, has at least the loss of pruning by elimination and merging (ratio of geometric means ≥ 1, whole interval).`,
        verdict: atLeast(amplitudes, 1),
      },
      {
        text: `With ${name} so have random subsets, refitted.`,
        verdict: atLeast(random, 1),
      },
    ]);
    const measured = groups.filter((group) => group.runs.length > 0);
    return {
      verdict: combined(criteria),
      criteria,
      numbers: groups.flatMap(
        ({ name, runs, found, before, after, amplitudes, random, merging, selection }) => [
          {
            label: `share of seeds with size found = k, ${name}`,
            ...found,
            note: plural(runs.length, 'seed'),
          },
          { label: `loss before pruning / null loss, ${name}`, ...before, note: 'median' },
          { label: `loss after pruning / null loss, ${name}`, ...after, note: 'median' },
          { label: `loss of largest amplitudes / loss of pruning, ${name}`, ...amplitudes },
          { label: `loss of random subsets / loss of pruning, ${name}`, ...random },
          {
            label: `loss without merging / loss of pruning, ${name}`,
            ...merging,
            note: 'elimination alone',
          },
          {
            label: `loss of largest amplitudes / loss of elimination alone, ${name}`,
            ...selection,
            note: 'what the choice of units alone gains',
          },
        ],
      ),
      sentences: [
        'All losses are population losses of the pruned model, amplitudes refitted, before any fine-tuning. The baselines are told the size that pruning found.',
        ...measured.map(
          ({ name, found, amplitudes, selection }) =>
            `With ${name} the size was right in ${readable(100 * found.value, 3)} % of seeds, and keeping the largest amplitudes gave ` +
            `${readable(amplitudes.value, 3)} times the loss; of this the choice of units accounts for a factor of ${readable(selection.value, 3)}, merging duplicates for the rest.`,
        ),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [lossesFigure(groups)],
      tables: [],
    };
  },
};

type Run = PruningBaselines & { readonly spread: number };

/** Geometric mean over runs of the loss of one rule over that of another, by default pruning. */
function geometricRatio(
  runs: readonly Run[],
  rule: (run: Run) => number,
  other = (run: Run) => run.after,
): Interval {
  const logs = runs.map((run) => Math.log(drawable(rule(run)) / drawable(other(run))));
  const { value, low, high } = bootstrapMean(logs);
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
}

function lossesFigure(
  groups: readonly { readonly spread: number; readonly runs: readonly Run[] }[],
) {
  const rules: Record<string, (run: Run) => number> = {
    unpruned: (run) => run.before,
    pruned: (run) => run.after,
    'elimination alone': (run) => run.elimination,
    'largest amplitudes': (run) => run.largestAmplitudes,
    random: (run) => mean(run.random),
  };
  const names = Object.keys(rules);
  const dots = groups.flatMap(({ spread, runs }) =>
    runs.flatMap((run) =>
      Object.entries(rules).map(([rule, lossOf]) => ({
        rule,
        spread,
        share: drawable(lossOf(run)) / run.nullLoss,
      })),
    ),
  );
  const [first, second] = SPREADS;
  return {
    name: 'c6-losses',
    title: 'Loss of pruned students of the same size',
    caption: `Each mark is a seed: population loss relative to the null loss, by rule; dots for equal teacher amplitudes, rings for amplitudes from 1 to 1/${second}. Lower is better; “unpruned” has all units.`,
    options: {
      marginLeft: 140,
      x: decades(
        dots.map(({ share }) => share),
        'loss / null loss',
      ),
      y: { type: 'band' as const, label: null, domain: names },
      marks: [
        ruleY(names, { strokeOpacity: 0.1 }),
        dot(
          dots.filter(({ spread }) => spread === first),
          { x: 'share', y: 'rule', dy: -7, fill: color('low'), fillOpacity: 0.5, r: 2.5 },
        ),
        dot(
          dots.filter(({ spread }) => spread === second),
          { x: 'share', y: 'rule', dy: 7, stroke: color('high'), strokeOpacity: 0.7, r: 2.5 },
        ),
      ],
    },
  };
}
