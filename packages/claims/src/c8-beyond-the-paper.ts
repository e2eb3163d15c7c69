import { isDeepStrictEqual } from 'node:util';
import { dot, ruleX, ruleY } from '@observablehq/plot';
import { color, fixed } from '@softmoe/figures';
import type { ConfigInput } from '@softmoe/lab';
import { type Claim, done, failureSentences, type Outcome, type Scale, seeds } from './claim.ts';
import { atLeast, combined, type Verdict } from './finding.ts';
import { withInterval } from './finding-parts.ts';
import { isRecovered, type Learned, type LearningInput } from './measurements/learning.ts';
import { type Axis, type AxisPoint, axes, boundaryOf, fromEasy } from './recovery-axes.ts';
import { proportion } from './statistics/interval.ts';
import { type Variation, variations } from './variations.ts';

const SEEDS: Readonly<Record<Scale, { exact: number; sampled: number }>> = {
  tiny: { exact: 2, sampled: 1 },
  quick: { exact: 8, sampled: 4 },
  full: { exact: 40, sampled: 20 },
};
/** Recovery holds in a variation where at least this share of seeds recovers, and breaks where fewer do. */
const SHARE = 0.5;

interface Row extends Variation, Omit<AxisPoint, 'at'> {
  readonly verdict: Verdict;
}

/** C8: what still recovers where the assumptions of the paper are left. */
export const beyondThePaper: Claim = {
  id: 'C8',
  title: 'Beyond the paper',
  statement:
    'Recovery carries over from the orthonormal teacher with sigmoid gates and cubic experts to moderate overlaps, unequal amplitudes and noisy labels, to ' +
    'softmax routing, and to other gates and experts; along each axis it has a boundary.',
  plan: (extent) =>
    variations(extent.scale).flatMap(({ config, sampled, seconds }) =>
      seeds(sampled ? SEEDS[extent.scale].sampled : SEEDS[extent.scale].exact, extent).map(
        (seed) => ({
          kind: 'claim/learning',
          input: inputOf(config, sampled, seed),
          seconds,
        }),
      ),
    ),
  judge(outcomes) {
    const rows = rowsOf(outcomes);
    const onAxes = axes.flatMap((axis) => {
      const own = rows.flatMap((row) =>
        row.group === axis.group && row.at !== undefined ? [{ ...row, at: row.at }] : [],
      );
      return own.length > 0 ? [{ axis, own, boundary: boundaryOf(axis, own, SHARE) }] : [];
    });
    const kinds = rows.filter(({ group }) => !axes.some((axis) => axis.group === group));
    const criteria = [
      ...onAxes.map(({ axis, own }) => ({
        text:
          `${axis.group}: at every ${axis.name} tried ${axis.harder === 'larger' ? 'up' : 'down'} to ${axis.claimed} at least ${SHARE} of seeds recover ` +
          'everything, by the whole interval; it fails where the whole interval of one is below. What lies beyond is no criterion.',
        verdict: combined(own.filter(({ at }) => isClaimed(axis, at))),
      })),
      ...[...new Set(kinds.map(({ group }) => group))].map((group) => ({
        text: `${group}: with each kind tried at least ${SHARE} of seeds recover everything, by the whole interval.`,
        verdict: combined(kinds.filter((row) => row.group === group)),
      })),
    ];
    const broken = rows.filter(({ verdict }) => verdict === 'fails');
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [
        ...onAxes.map(({ axis, own, boundary }) => ({
          label: `${axis.group.toLowerCase()}: ${axis.name} at which half of the seeds recover`,
          ...boundary,
          note: `tried: ${fromEasy(axis, own)
            .map(({ at }) => at)
            .join(', ')}`,
        })),
        ...kinds.map(({ group, value, share }) => ({
          label: `share of seeds that recover, ${group.toLowerCase()}: ${value}`,
          ...share,
        })),
      ],
      sentences: [
        'Recovered means that when learning ends all experts and all routers are matched with an overlap of 0.9. Variations change what ' +
          'their names say of the base: d = 64, 3 teacher experts, 15 students, orthonormal teacher, sigmoid gates, cubic experts, exact flow until time 300. ' +
          'Noise, linear experts, experts without a closed form and softmax routing are learnt from fresh samples in span coordinates, for times of their own.',
        'The limits of a boundary are no interval over seeds but values that were tried: the last one up to which recovery surely holds, and the first one at ' +
          'which it surely breaks; an infinite one says that the axis was not followed so far.',
        broken.length > 0
          ? `Recovery breaks in: ${broken.map(({ group, value, share }) => `${group.toLowerCase()} ${value} (${fixed(100 * share.value, 0)} % of seeds)`).join('; ')}.`
          : 'In no variation does recovery break beyond doubt.',
        'What breaks within the time given might still recover later: a limit here is one of this time, size and method.',
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [sharesFigure(rows)],
      tables: [
        {
          kind: 'table',
          caption: 'Where recovery holds and where it breaks.',
          columns: ['', 'variation', 'recovered', 'share [95 % interval]', 'verdict'],
          rows: rows.map(({ group, value, recovered, runs, share, verdict }) => [
            group,
            value,
            `${recovered} of ${runs}`,
            withInterval(share),
            verdict,
          ]),
        },
      ],
    };
  },
};

function isClaimed({ harder, claimed }: Axis, at: number): boolean {
  return harder === 'larger' ? at <= claimed : at >= claimed;
}

/** An exact flow does not lose what it has found; what is learnt from samples is looked at when it ends. */
function inputOf(config: ConfigInput, sampled: boolean, seed: number): LearningInput {
  return { config: { ...config, seed }, stopWhenRecovered: !sampled };
}

function rowsOf(outcomes: readonly Outcome[]): Row[] {
  return variations('full').flatMap((variation) => {
    const own = outcomes.filter(({ input }) => {
      const { seed: _, ...config } = (input as LearningInput).config;
      return isDeepStrictEqual(config, variation.config);
    });
    if (own.length === 0) return [];
    const learned = done<LearningInput, Learned>(own, 'claim/learning');
    const recovered = learned.filter(({ output }) => isRecovered(output)).length;
    const share = proportion(recovered, own.length);
    const verdict = atLeast(share, SHARE);
    return [
      {
        ...variation,
        share,
        recovered,
        runs: own.length,
        verdict,
      },
    ];
  });
}

const colors = { holds: color('good'), fails: color('bad'), undecided: color('soft') } as const;
const symbols = { holds: 'circle', fails: 'times', undecided: 'diamond' } as const;

function sharesFigure(rows: readonly Row[]) {
  const named = rows.map(({ group, value, share, verdict }) => ({
    name: `${group}: ${value}`,
    ...share,
    verdict,
  }));
  const names = named.map(({ name }) => name);
  return {
    name: 'c8-recovery',
    title: 'Recovery beyond the paper',
    caption: `Share of seeds that recovered everything, with Wilson intervals, by variation. Circles: recovery holds in at least ${SHARE} of seeds; crosses: it breaks; diamonds: open.`,
    options: {
      height: 60 + 20 * names.length,
      marginLeft: 230,
      x: { label: 'share of seeds', domain: [0, 1], grid: true },
      y: { type: 'band' as const, domain: names, label: null },
      marks: [
        ruleX([SHARE], { strokeDasharray: '4 3' }),
        ruleY(named, { y: 'name', x1: 'low', x2: 'high', stroke: color('soft') }),
        ...(['holds', 'fails', 'undecided'] as const).map((verdict) =>
          dot(
            named.filter((one) => one.verdict === verdict),
            {
              x: 'value',
              y: 'name',
              symbol: symbols[verdict],
              stroke: colors[verdict],
              strokeWidth: 2,
              r: 4,
            },
          ),
        ),
      ],
    },
  };
}
