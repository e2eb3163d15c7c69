import { join } from 'node:path';
import { writeReport } from '../report/write-report.ts';
import { writeWhole } from '../write-whole.ts';
import type { Scale } from './claim.ts';
import { claimsReport } from './claims-report.ts';
import type { ClaimNumber, ClaimTable, Criterion, Verdict } from './finding.ts';
import type { JudgedClaim } from './reproduce.ts';

/** What findings.json holds. */
export interface Findings {
  readonly scale: Scale;
  readonly claims: readonly {
    readonly id: string;
    readonly title: string;
    readonly statement: string;
    readonly verdict: Verdict;
    readonly criteria: readonly Criterion[];
    /** The key number first; an infinite limit is null. */
    readonly numbers: readonly ClaimNumber[];
    readonly sentences: readonly string[];
    readonly tables: readonly Omit<ClaimTable, 'kind'>[];
    readonly measurements: number;
    /** Processor time of the measurements. */
    readonly seconds: number;
  }[];
}

/** The findings as plain data. */
export function findingsOf(judged: readonly JudgedClaim[], scale: Scale): Findings {
  return {
    scale,
    claims: judged.map(({ claim, finding, tasks, seconds }) => ({
      id: claim.id,
      title: claim.title,
      statement: claim.statement,
      verdict: finding.verdict,
      criteria: finding.criteria,
      numbers: finding.numbers,
      sentences: finding.sentences,
      tables: finding.tables.map(({ kind: _, ...table }) => table),
      measurements: tasks,
      seconds,
    })),
  };
}

/** What was written, as paths. */
export interface WrittenReproduction {
  readonly findings: string;
  readonly report: string;
}

/** Writes findings.json, report.html and figures/NAME.svg into `folder`. Throws what {@link writeReport} throws. */
export async function writeReproduction(
  folder: string,
  judged: readonly JudgedClaim[],
  scale: Scale,
): Promise<WrittenReproduction> {
  const { html } = await writeReport(claimsReport(judged, scale), folder);
  const findings = join(folder, 'findings.json');
  await writeWhole(findings, `${JSON.stringify(findingsOf(judged, scale), null, 2)}\n`);
  return { findings, report: html };
}
