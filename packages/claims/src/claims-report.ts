import { plural } from '@softmoe/figures';
import type { ReportBlock, ReportDocument, ReportSection } from '@softmoe/report';
import type { Extent, Scale } from './claim.ts';
import { seenSentence } from './criteria.ts';
import type { Verdict } from './finding.ts';
import { numbersTable, withInterval } from './finding-parts.ts';
import type { JudgedClaim } from './reproduce.ts';

const tones = { holds: 'good', fails: 'bad', undecided: 'open' } as const;

const WARNING: Readonly<Record<Scale, string>> = {
  tiny: 'Measured at the scale tiny, which shows how it works: there are too few seeds for verdicts.',
  quick:
    'Measured at the scale quick, with few seeds: intervals are wide, and the full run may decide what is open here.',
  full: 'Measured at the full scale.',
};

/** The report of a reproduction: an overview, then each claim with its criteria, numbers, figures and tables. */
export function claimsReport(
  judged: readonly JudgedClaim[],
  { scale, seedOffset }: Extent,
): ReportDocument {
  const lastSeed = Math.max(...judged.map((one) => one.lastSeed));
  const count = (verdict: Verdict) =>
    judged.filter(({ finding }) => finding.verdict === verdict).length;
  return {
    title: 'What holds, and what does not',
    lead: [
      `Of ${plural(judged.length, 'claim')} checked, ${plural(count('holds'), 'holds', 'hold')}, ${plural(count('fails'), 'fails', 'fail')} ` +
        `and ${plural(count('undecided'), 'is undecided', 'are undecided')}. ${WARNING[scale]}`,
      `Each verdict follows from criteria that stand in the code and do not change with what is measured. ${seenSentence(seedOffset, lastSeed)}`,
      'Intervals cover 95 % over seeds. Predictions such as 4/3 or c₁² come from the derivation in docs/theory.md; they are no theorems of the paper, ' +
        'and neither agreement nor disagreement with them says anything about its proofs.',
    ],
    sections: [overview(judged), ...judged.map(section)],
  };
}

function overview(judged: readonly JudgedClaim[]): ReportSection {
  return {
    id: 'overview',
    heading: 'Overview',
    blocks: [
      {
        kind: 'table',
        columns: ['', 'claim', 'verdict', 'key number', 'value [95 % interval]'],
        rows: judged.map(({ claim, finding }) => {
          const key = finding.numbers[0];
          return [
            claim.id,
            claim.title,
            finding.verdict,
            key?.label ?? '',
            key ? withInterval(key) : '',
          ];
        }),
      },
    ],
  };
}

function section({ claim, finding, tasks, seconds }: JudgedClaim): ReportSection {
  const blocks: ReportBlock[] = [
    { kind: 'text', text: claim.statement },
    {
      kind: 'table',
      caption: 'Criteria, as they stand in the code.',
      columns: ['verdict', 'criterion'],
      rows: finding.criteria.map(({ text, verdict }) => [verdict, text]),
    },
    ...finding.sentences.map((text) => ({ kind: 'text', text }) as const),
    ...finding.figures.map((figure) => ({ kind: 'figure', figure }) as const),
    numbersTable(finding.numbers),
    ...finding.tables,
    {
      kind: 'text',
      text: `From ${plural(tasks, 'measurement')} that took ${seconds.toFixed(0)} s, added up.`,
    },
  ];
  return {
    id: claim.id.toLowerCase(),
    heading: `${claim.id} ${claim.title}`,
    verdict: { word: finding.verdict, tone: tones[finding.verdict] },
    blocks,
  };
}
