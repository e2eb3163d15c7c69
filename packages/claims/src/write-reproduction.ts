import { join } from 'node:path';
import { writeReport } from '@softmoe/report';
import { writeWhole } from '@softmoe/tasks/files';
import type { Claim, Scale } from './claim.ts';
import { claimsReport } from './claims-report.ts';
import type { ClaimTable, Finding } from './finding.ts';
import type { JudgedClaim } from './reproduce.ts';

/** What a claim and its finding come to as plain data: an infinite or unknown number is null in JSON. */
interface ClaimFindings
  extends Pick<Claim, 'id' | 'title' | 'statement'>,
    Omit<Finding, 'figures' | 'tables'> {
  readonly tables: readonly Omit<ClaimTable, 'kind'>[];
  readonly measurements: number;
  /** What the measurements took, added up; several may run at a time. */
  readonly seconds: number;
}

/** What findings.json holds. */
export interface Findings {
  readonly scale: Scale;
  readonly claims: readonly ClaimFindings[];
}

/** The findings as plain data. */
export function findingsOf(judged: readonly JudgedClaim[], scale: Scale): Findings {
  return {
    scale,
    claims: judged.map(({ claim: { id, title, statement }, finding, tasks, seconds }) => {
      const { figures: _, tables, ...told } = finding;
      return {
        id,
        title,
        statement,
        ...told,
        tables: tables.map(({ kind: _, ...table }) => table),
        measurements: tasks,
        seconds,
      };
    }),
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
