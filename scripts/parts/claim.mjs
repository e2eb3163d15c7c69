/** A claim with the next free number: at first about the size that pruning finds in the canonical runs. */
export function partOf({ name, camel, words, read }) {
  const folder = 'packages/claims/src';
  const numbers = [...read(`${folder}/claims.ts`).matchAll(/'\.\/c(\d+)/g)].map(([, n]) =>
    Number(n),
  );
  const number = Math.max(...numbers) + 1;
  const id = `C${number}`;
  const file = `c${number}-${name}`;
  const title = words[0].toUpperCase() + words.slice(1);
  return {
    files: {
      [`${folder}/${file}.ts`]: `import { plural } from '@softmoe/figures';
import { canonicalRuns, canonicalSummaries } from './canonical.ts';
import { type Claim, failureSentences } from './claim.ts';
import { atLeast, combined } from './finding.ts';
import { shareOf } from './statistics/interval.ts';

const SHARE = 0.8;

/** ${id}: what is claimed, in one sentence. */
export const ${camel}: Claim = {
  id: '${id}',
  title: '${title}',
  statement: 'Pruning leaves as many units as the teacher has.',
  plan: canonicalRuns,
  judge(outcomes) {
    const runs = canonicalSummaries(outcomes);
    const share = shareOf(
      runs.map((run) => run !== undefined && run.survivors === run.teachers),
    );
    const criteria = [
      {
        text: \`In at least \${SHARE} of all runs, by the whole interval, pruning leaves as many units as the teacher has; a run that failed counts against it.\`,
        verdict: atLeast(share, SHARE),
      },
    ];
    return {
      verdict: combined(criteria),
      criteria,
      numbers: [{ label: 'share of all runs', ...share, note: plural(runs.length, 'run') }],
      sentences: failureSentences(outcomes, 'counted as not recovered'),
      figures: [],
      tables: [],
    };
  },
};
`,
      [`${folder}/${file}.test.ts`]: `import { expect, it } from 'vitest';
import type { Outcome } from './claim.ts';
import { ${camel} } from './${file}.ts';

/** What the claim would be judged by, were every run to end with that many units of five. */
const outcomesWith = (survivors: number): Outcome[] =>
  ${camel}.plan({ scale: 'full', seedOffset: 0 }).map(({ kind, input }) => ({
    kind,
    input,
    status: 'done',
    output: { survivors, teachers: 5, elimination: [] },
  }));

it('${id} holds where every run finds the size, and fails where none does', () => {
  expect(${camel}.judge(outcomesWith(5)).verdict).toBe('holds');
  expect(${camel}.judge(outcomesWith(6)).verdict).toBe('fails');
});
`,
    },
    edits: [
      {
        path: `${folder}/claims.ts`,
        at: /(?:import .* from '\.\/c\d+.*';\n)+/,
        add: (lines) => `${lines}import { ${camel} } from './${file}.ts';\n`,
      },
      { path: `${folder}/claims.ts`, at: /\n\];/, add: () => `\n  ${camel},\n];` },
    ],
    test: { package: '@softmoe/claims', file: `src/${file}.test.ts` },
    next: [
      'its statement and criterion, before anything is measured; then its row in docs/claims.md',
      'criteria.test.ts fails until the criteria have a new version: set its date and what was seen in criteria.ts, and record the digest',
      'measurements that no claim makes yet are pure functions in measurements/, in worker.ts',
    ],
  };
}
