import { dot, ruleX, ruleY } from '@observablehq/plot';
import { color, plural } from '@softmoe/figures';
import { type Claim, done, failureSentences, type Scale, seeds } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { isRecovered, type Learned, type LearningInput } from './measurements/learning.ts';
import { proportion } from './statistics/interval.ts';
import { competingRun } from './variations.ts';

interface Size {
  readonly teachers: number;
  readonly students: number;
}

const SCALES: Readonly<Record<Scale, { sizes: readonly Size[]; seeds: number }>> = {
  tiny: { sizes: [{ teachers: 3, students: 15 }], seeds: 1 },
  quick: { sizes: [{ teachers: 3, students: 15 }], seeds: 4 },
  full: {
    sizes: [
      { teachers: 2, students: 8 },
      { teachers: 3, students: 15 },
      { teachers: 5, students: 25 },
    ],
    seeds: 20,
  },
};
const SHARE = 0.5;

/** C14: gates that compete, whose weights depend on all routers, are learnt, too. */
export const competingGates: Claim = {
  id: 'C14',
  title: 'Gates that compete',
  statement:
    'With gates that compete, the dynamic weighted aggregation of softmax routing, joint training finds the experts and routers of the teacher.',
  plan(extent) {
    const { sizes, seeds: count } = SCALES[extent.scale];
    return sizes.flatMap(({ teachers, students }) =>
      seeds(count, extent).map((seed) => competingRun(teachers, students, seed)),
    );
  },
  judge(outcomes) {
    const sizes = new Set(outcomes.map(({ input }) => sizeOf(input as LearningInput)));
    const rows = [...sizes].map((size) => {
      const own = outcomes.filter(({ input }) => sizeOf(input as LearningInput) === size);
      const learned = done<LearningInput, Learned>(own, 'claim/learning');
      const recovered = learned.filter(({ output }) => isRecovered(output)).length;
      return { size, runs: own.length, share: proportion(recovered, own.length) };
    });
    const criteria = rows.map(({ size, share }) => ({
      text: `${size}: every expert and router is matched with an overlap of at least 0.9 when learning ends in at least ${SHARE} of seeds, by the whole interval.`,
      verdict: atLeast(share, SHARE),
    }));
    return {
      verdict: combined(criteria),
      criteria,
      numbers: rows.map(({ size, runs, share }) => ({
        label: `share of seeds with everything recovered under softmax routing, ${size}`,
        ...share,
        note: plural(runs, 'seed'),
      })),
      sentences: [
        'Routers shifted by the same vector give the same gates, so that overlaps are those of centred routers. Learning is by Adam on fresh samples in span coordinates, d = 64: ' +
          'softmax gates have no closed form.',
        ...failureSentences(outcomes, 'counted as not recovered'),
      ],
      figures: [
        {
          name: 'c14-recovery',
          title: 'Recovery under softmax routing',
          caption: `Share of seeds in which everything was recovered, with Wilson intervals, by size. Line: ${SHARE}.`,
          options: {
            x: { type: 'band' as const, label: null },
            y: { label: 'share of seeds', domain: [0, 1], grid: true },
            marks: [
              ruleY([SHARE], { strokeDasharray: '4 3' }),
              ruleX(rows, {
                x: 'size',
                y1: ({ share }) => share.low,
                y2: ({ share }) => share.high,
                strokeWidth: 2,
              }),
              dot(rows, { x: 'size', y: ({ share }) => share.value, fill: color('low'), r: 5 }),
            ],
          },
        },
      ],
      tables: [],
    };
  },
};

function sizeOf({ config }: LearningInput): string {
  return `k = ${config.teachers}, m = ${config.students}`;
}
