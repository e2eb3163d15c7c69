import { dot, ruleY } from '@observablehq/plot';
import { color, decades, drawable, plural, readable } from '@softmoe/figures';
import { type Claim, done, failureSentences, type Scale, seeds } from './claim.ts';
import { atLeast, atMost, combined } from './finding.ts';
import type { Ending, Separate, SeparateInput } from './measurements/separate.ts';
import { bootstrap } from './statistics/bootstrap.ts';
import { shareOf } from './statistics/interval.ts';
import { median } from './statistics/summaries.ts';

const SCALES: Readonly<Record<Scale, { seeds: number; inputDim: number }>> = {
  tiny: { seeds: 2, inputDim: 64 },
  quick: { seeds: 16, inputDim: 64 },
  full: { seeds: 60, inputDim: 512 },
};
/** Flow time that each way is given: experts align after a time of order √d, docs/theory.md (24). */
const ample = (inputDim: number) => 6 * Math.sqrt(inputDim) + 100;
const SHARE = 0.8;

const ways = {
  joint: 'joint',
  expertsFirst: 'experts first, then routers',
  routersFirst: 'routers first, then experts',
  routersFrozen: 'routers frozen',
} as const;
type Way = keyof typeof ways;
const apart = ['expertsFirst', 'routersFirst', 'routersFrozen'] as const satisfies readonly Way[];

/** C13: joint training does better than routers and experts apart. */
export const jointTraining: Claim = {
  id: 'C13',
  title: 'Joint training',
  statement:
    'Training routers and experts together reaches a lower loss in the same time than training them apart: one after the other, or ' +
    'experts alone.',
  plan: (extent) => {
    const { seeds: count, inputDim } = SCALES[extent.scale];
    return seeds(count, extent).map((seed) => {
      const input: SeparateInput = {
        inputDim,
        teachers: 3,
        students: 15,
        gate: 'sigmoid',
        seed,
        time: ample(inputDim),
      };
      return { kind: 'claim/separate', input, seconds: inputDim > 64 ? 2 : 1 };
    });
  },
  judge(outcomes) {
    const runs = done<SeparateInput, Separate>(outcomes, 'claim/separate').map(
      ({ output }) => output,
    );
    const failed = new Array<boolean>(outcomes.length - runs.length).fill(false);
    const recoveredIn = (way: Way) =>
      shareOf([...runs.map((run) => run[way].recovered), ...failed]);
    const joint = recoveredIn('joint');
    const frozen = recoveredIn('routersFrozen');
    const ratios = apart.map((way) => ({
      way,
      ratio: bootstrap(runs, (sample) =>
        median(sample.map((run) => drawable(run[way].loss) / drawable(run.joint.loss))),
      ),
    }));
    const criteria = [
      {
        text: `Joint training recovers every expert and router in at least ${SHARE} of seeds, by the whole interval.`,
        verdict: atLeast(joint, SHARE),
      },
      {
        text: `With routers frozen everything is recovered in at most ${readable(1 - SHARE)} of seeds, by the whole interval.`,
        verdict: atMost(frozen, 1 - SHARE),
      },
      ...ratios.map(({ way, ratio }) => ({
        text: `At equal flow time the loss with ${ways[way]} is at least that of joint training (median ratio over seeds ≥ 1, whole interval).`,
        verdict: atLeast(ratio, 1),
      })),
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        ...ratios.map(({ way, ratio }) => ({
          label: `loss with ${ways[way]} / loss of joint training`,
          ...ratio,
          note: 'median',
        })),
        ...(Object.keys(ways) as Way[]).map((way) => ({
          label: `share of seeds with everything recovered, ${ways[way]}`,
          ...recoveredIn(way),
        })),
      ],
      sentences: [
        `Each way starts at the same random student and gets the same flow time, amplitudes learning all the time; one after the other means half of ` +
          `it each (3 teacher experts, 15 students, ${plural(outcomes.length, 'seed')}).`,
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [lossesFigure(runs)],
      tables: [],
    };
  },
};

function lossesFigure(runs: readonly Separate[]) {
  const dots = runs.flatMap((run) =>
    (Object.keys(ways) as Way[]).map((way) => {
      const { loss, recovered }: Ending = run[way];
      return { way: ways[way], loss: drawable(loss), recovered };
    }),
  );
  const of = (recovered: boolean) => dots.filter((one) => one.recovered === recovered);
  return {
    name: 'c13-losses',
    title: 'Loss after the same time, together and apart',
    caption:
      'Each mark is a seed: the loss as a share of that at the start. Dots where everything was recovered, rings where something is missing.',
    options: {
      marginLeft: 190,
      x: decades(
        dots.map(({ loss }) => loss),
        'loss / loss at the start',
      ),
      y: { type: 'band' as const, label: null, domain: Object.values(ways) },
      marks: [
        ruleY(Object.values(ways), { strokeOpacity: 0.1 }),
        dot(of(true), { x: 'loss', y: 'way', fill: color('low'), fillOpacity: 0.6, r: 3 }),
        dot(of(false), { x: 'loss', y: 'way', stroke: color('high'), r: 3 }),
      ],
    },
  };
}
