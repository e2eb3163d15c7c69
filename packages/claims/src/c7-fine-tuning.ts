import { dot, line } from '@observablehq/plot';
import { color, decades, plural } from '@softmoe/figures';
import { type Config, type ConfigInput, presetConfig, type Summary } from '@softmoe/lab';
import { EXPERIMENT } from '@softmoe/runs';
import { type Claim, done, failureSentences, type Outcome, type Scale, seeds } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { diagonal, show } from './finding-parts.ts';
import type { Descent, DescentTail, DescentTailInput } from './measurements/descent-tail.ts';
import { bootstrap, bootstrapAll } from './statistics/bootstrap.ts';
import { shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';
import { fitTail, type TailFit } from './statistics/tail.ts';

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
/** The tail of a descent: the last decade of its steps. */
const TAIL = 0.1;

/** C7: the pruned student converges linearly, at the rate of its Hessian. */
export const fineTuning: Claim = {
  id: 'C7',
  title: 'Fine-tuning',
  statement:
    'After pruning, gradient descent converges linearly, at the rate that the Hessian predicts; without pruning it is only sublinear.',
  plan: (scale) => [
    ...GEOMETRIES.flatMap((geometry) =>
      seeds(SCALES[scale].seeds).map((seed) => ({
        kind: EXPERIMENT,
        input: presetConfig('quick', { geometry, seed }),
        seconds: 0.3,
      })),
    ),
    ...seeds(SCALES[scale].tails).map((seed) => {
      const input: DescentTailInput = { config: { ...SMALL, seed }, steps: SCALES[scale].steps };
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
      }),
    );
    const sublinear = shareOf(tails.map(({ over }) => (over?.preference ?? 0) > 0));
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
        text: `Without pruning a power law fits the last decade of the loss better than an exponential (smaller AIC) in at least ${SHARE} of seeds, by the whole interval.`,
        verdict: atLeast(sublinear, SHARE),
      },
      {
        text: `After pruning, on the same descent, an exponential fits better in at least ${SHARE} of seeds, by the whole interval.`,
        verdict: atLeast(linear, SHARE),
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
        { label: 'share of seeds with a power-law tail without pruning', ...sublinear },
        { label: 'share of seeds with an exponential tail after pruning', ...linear },
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
        ...copiesSentences(tails),
        ...failureSentences(outcomes, 'left out'),
      ],
      figures: [ratesFigure(rates), tailsFigure(tails.map(({ output }) => output))],
      tables: [],
    };
  },
};

/** What tells the seeds with a power law from the others. */
function copiesSentences(
  tails: readonly { readonly output: DescentTail; readonly over: TailFit | undefined }[],
): string[] {
  const least = (powerLaw: boolean) =>
    tails
      .filter(({ over }) => over && over.preference > 0 === powerLaw)
      .map(({ output }) => Math.min(...output.shares));
  const [shared, alone] = [least(true), least(false)];
  if (shared.length === 0 || alone.length === 0) return [];
  return [
    `Where a power law fits better, the largest of the units that share a teacher expert has ${show(median(shared))} of their amplitude (median over seeds, ` +
      `teacher expert with the smallest such share); in the other ${plural(alone.length, 'seed')} it has ${show(median(alone))}. ` +
      (median(shared) < median(alone)
        ? 'That fits duplicates of comparable amplitude being what slows the descent down, but it was no criterion.'
        : 'That does not fit duplicates of comparable amplitude being what slows the descent down.'),
  ];
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

function ratesFigure(rates: ReturnType<typeof ratesOf>) {
  const dots = rates.flatMap(({ ratios }, series) => ratios.map((ratio) => ({ ...ratio, series })));
  const values = dots.flatMap(({ predicted, measured }) => [predicted, measured]);
  const styles = [
    { symbol: 'circle', stroke: color('teacher-1') },
    { symbol: 'square', stroke: color('teacher-2') },
    { symbol: 'triangle', stroke: color('teacher-3') },
  ] as const;
  return {
    name: 'c7-rates',
    title: 'Rate of linear convergence, predicted and measured',
    caption: `Each mark is a run: how much of ln loss a step takes away, predicted from the final Hessian and measured. Circles: ${rates[0]?.name}, squares: ${rates[1]?.name}, triangles: ${rates[2]?.name}.`,
    options: {
      grid: true,
      x: { label: 'predicted −ln(loss factor) of a step' },
      y: { label: 'measured' },
      marks: [
        diagonal(values),
        ...styles.map((style, series) =>
          dot(
            dots.filter((one) => one.series === series),
            { x: 'predicted', y: 'measured', ...style, r: 4 },
          ),
        ),
      ],
    },
  };
}

function tailsFigure(outputs: readonly DescentTail[]) {
  const curve = (descent: Descent, run: number, nullLoss: number) =>
    descent.points
      .filter(({ step, loss }) => step > 0 && loss > 0)
      .map((point) => ({ t: descent.step * point.step, loss: point.loss / nullLoss, run }));
  const over = outputs.flatMap((output, run) =>
    curve(output.overparameterised, run, output.nullLoss),
  );
  const pruned = outputs.flatMap((output, run) => curve(output.pruned, run, output.nullLoss));
  const thin = { x: 't', y: 'loss', z: 'run', strokeOpacity: 0.5 } as const;
  return {
    name: 'c7-tails',
    title: 'The same descent with and without pruning',
    caption:
      'Loss relative to the null loss against time (step length times steps), one line a seed, both axes logarithmic. Solid: unpruned, a power law is a straight line. Dashed: pruned, an exponential bends down.',
    options: {
      x: { type: 'log' as const, label: 'time of gradient descent', grid: true },
      y: decades(
        [...over, ...pruned].map(({ loss }) => loss),
        'loss / null loss',
      ),
      marks: [
        line(over, { ...thin, stroke: color('high') }),
        line(pruned, { ...thin, stroke: color('low'), strokeDasharray: '4 2' }),
      ],
    },
  };
}
