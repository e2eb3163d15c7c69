import { plural } from '@softmoe/figures';
import { type Config, type ConfigInput, presetConfig, type Summary } from '@softmoe/lab';
import { EXPERIMENT } from '@softmoe/runs';
import { ratesFigure, tailsFigure } from './c7-figures.ts';
import { type Claim, done, failureSentences, type Outcome, type Scale, seeds } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { show } from './finding-parts.ts';
import type { Descent, DescentTail, DescentTailInput } from './measurements/descent-tail.ts';
import { bootstrap, bootstrapAll } from './statistics/bootstrap.ts';
import { shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';
import { fitTail } from './statistics/tail.ts';

const SCALES: Readonly<Record<Scale, { seeds: number; tails: number; steps: number }>> = {
  tiny: { seeds: 2, tails: 2, steps: 1000 },
  quick: { seeds: 16, tails: 16, steps: 6000 },
  full: { seeds: 60, tails: 60, steps: 20_000 },
};
const GEOMETRIES = [
  { kind: 'orthonormal' },
  { kind: 'correlated', overlap: 0.3 },
  { kind: 'random-unit' },
] as const satisfies readonly NonNullable<ConfigInput['geometry']>[];
const SMALL = { inputDim: 64, teachers: 2, students: 10 };
/** How far the rates of ln loss may be apart. */
const TOLERANCE = 0.02;
const SHARE = 0.8;
/** Share of the null loss above which a descent of two equal teacher experts, each about half of it, has missed one. */
const MISSED = 0.1;
/** Units share a teacher expert where the largest of them has at most this share of their amplitude. */
const SHARED = 0.8;
/** By how much the unpruned student's loss has to be larger at equal steps. */
const GAIN = 10;
/** The tail of a descent: the last decade of its steps. */
const TAIL = 0.1;

/** C7: the pruned student converges linearly, at the rate of its Hessian. */
export const fineTuning: Claim = {
  id: 'C7',
  title: 'Fine-tuning',
  statement:
    'After pruning, gradient descent converges linearly, at the rate that the Hessian predicts; without pruning, where several units ' +
    'share a teacher expert, it is only sublinear, and at equal steps its loss is larger.',
  plan: (extent) => [
    ...GEOMETRIES.flatMap((geometry) =>
      seeds(SCALES[extent.scale].seeds, extent).map((seed) => ({
        kind: EXPERIMENT,
        input: presetConfig('quick', { geometry, seed }),
        seconds: 0.3,
      })),
    ),
    ...seeds(SCALES[extent.scale].tails, extent).map((seed) => {
      const input: DescentTailInput = {
        config: { ...SMALL, seed },
        steps: SCALES[extent.scale].steps,
      };
      return { kind: 'claim/descent-tail', input, seconds: 0.1 + 1.6e-4 * input.steps };
    }),
  ],
  judge(outcomes) {
    const rates = ratesOf(outcomes);
    const tails = done<DescentTailInput, DescentTail>(outcomes, 'claim/descent-tail').map(
      ({ output }) => ({
        output,
        over: tailOf(output.overparameterised, output.nullLoss),
        pruned: tailOf(output.pruned, output.nullLoss),
        shared: Math.min(...output.shares) <= SHARED,
        gain: gainOf(output),
      }),
    );
    const sublinearOf = (shared: boolean) => {
      const own = tails.filter((tail) => tail.shared === shared);
      return shareOf(own.map(({ over }) => (over?.preference ?? 0) > 0));
    };
    const [sublinear, alone] = [sublinearOf(true), sublinearOf(false)];
    const gain = bootstrap(tails, (sample) => median(sample.map((tail) => tail.gain)));
    const linear = shareOf(tails.map(({ pruned }) => (pruned?.preference ?? 0) < 0));
    const known = tails.flatMap(({ over }) => (over ? [over] : []));
    const steps = Math.max(
      ...tails.map(({ output }) => output.overparameterised.points.at(-1)!.step),
    );
    const { power, preference } = bootstrapAll(known, (sample) => ({
      power: median(sample.map((fit) => fit.power)),
      preference: median(sample.map((fit) => fit.preference)),
    }));
    const criteria = [
      ...rates.map(({ name, close }) => ({
        text:
          `${name} teacher: measured and predicted rate of ln loss differ by at most ${100 * TOLERANCE} % in at least ${SHARE} of the ` +
          'runs that pruned to k units and converged, by the whole interval.',
        verdict: atLeast(close, SHARE),
      })),
      {
        text:
          `Without pruning, where the largest of the units that share some teacher expert has at most ${SHARED} of their amplitude, a power law fits ` +
          `the last decade of the loss better than an exponential (smaller AIC) in at least ${SHARE} of seeds, by the whole interval.`,
        verdict: atLeast(sublinear, SHARE),
      },
      {
        text: `After pruning, on the same descent, an exponential fits better in at least ${SHARE} of seeds, by the whole interval.`,
        verdict: atLeast(linear, SHARE),
      },
      {
        text:
          `At equal steps, each descent with a step of 1/λ_max, the loss without pruning is at least ${GAIN} times that of the pruned student ` +
          '(median over seeds, whole interval), when the first of the two ends.',
        verdict: atLeast(gain, GAIN),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        ...rates.map(({ name, close, certified, runs }) => ({
          label: `share of runs with the predicted rate to ${100 * TOLERANCE} %, ${name}`,
          ...close,
          note: `${certified} of ${plural(runs, 'run')} pruned to k and converged`,
        })),
        ...rates.map(({ name, deviation }) => ({
          label: `|ln measured / ln predicted − 1|, ${name}`,
          ...deviation,
          note: 'median',
        })),
        {
          label: 'share of seeds with a power-law tail without pruning, shared teacher expert',
          ...sublinear,
          note: `${tails.filter(({ shared }) => shared).length} of ${plural(tails.length, 'seed')}`,
        },
        {
          label: 'share of seeds with a power-law tail without pruning, the others',
          ...alone,
          note: `no criterion; largest copy above ${SHARED} of the amplitude for every teacher expert`,
        },
        { label: 'share of seeds with an exponential tail after pruning', ...linear },
        {
          label: 'loss without pruning / loss of the pruned student at equal steps',
          ...gain,
          note: 'median',
        },
        {
          label: 'power q of loss ∝ t^−q without pruning',
          ...power,
          note: 'median; the derivation says 2 in the limit',
        },
        {
          label: 'AIC of the exponential − AIC of the power law, without pruning',
          ...preference,
          note: 'median',
        },
      ],
      sentences: [
        ...rates.map(
          ({ name, certified, runs }) =>
            `${name}: ${certified} of ${plural(runs, 'run')} pruned to as many units as the teacher has and converged; only of these can a rate be told.`,
        ),
        ...(known.length > 0
          ? [
              `Fitted by a power law, the loss without pruning goes like t^−${show(power.value)} (median) over the last decade of at most ${steps} steps. ` +
                'Points of one descent are not independent: the verdict counts seeds, not the size of the AIC difference.',
            ]
          : []),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [ratesFigure(rates), tailsFigure(tails.map(({ output }) => output))],
      tables: [],
    };
  },
};

/** How many times the pruned student's loss the other's is at the last step that both descents recorded. */
function gainOf({ overparameterised, pruned }: DescentTail): number {
  const at = new Map(pruned.points.map(({ step, loss }) => [step, loss]));
  const last = overparameterised.points.findLast(({ step }) => at.has(step))!;
  return last.loss / Math.max(at.get(last.step)!, Number.MIN_VALUE);
}

function ratesOf(outcomes: readonly Outcome[]) {
  const experiments = done<Config, Summary>(outcomes, EXPERIMENT);
  return GEOMETRIES.map((geometry) => {
    const name =
      geometry.kind === 'correlated' ? `correlated (${geometry.overlap})` : geometry.kind;
    const own = experiments.filter(({ input }) => input.geometry.kind === geometry.kind);
    const ratios = own.flatMap(({ output }) => {
      const { predicted, measured } = output.contraction;
      const usable =
        output.certificate.verdict === 'certified' && output.survivors === output.teachers;
      if (!usable || predicted === null || measured === null) return [];
      return [{ predicted: -Math.log(predicted), measured: -Math.log(measured) }];
    });
    const deviation = bootstrap(ratios, (sample) =>
      median(sample.map(({ predicted, measured }) => Math.abs(measured / predicted - 1))),
    );
    return {
      name,
      runs: own.length,
      certified: ratios.length,
      ratios,
      deviation,
      close: shareOf(
        ratios.map(({ predicted, measured }) => Math.abs(measured / predicted - 1) <= TOLERANCE),
      ),
    };
  });
}

/**
 * Both laws fitted to the last decade of a descent; undefined for one that goes to a loss above zero, which has missed a
 * teacher expert: laws of a loss that stays say nothing of how it falls.
 */
function tailOf({ step, points }: Descent, nullLoss: number) {
  const { step: last, loss: end } = points.at(-1)!;
  if (end > MISSED * nullLoss) return undefined;
  const tail = points.filter(
    (point) => point.step > 0 && point.step >= TAIL * last && point.loss > 0,
  );
  return fitTail(tail.map((point) => [step * point.step, point.loss]));
}
