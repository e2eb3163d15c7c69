import { join } from 'node:path';
import { writeReport } from '@softmoe/report';
import { writeWhole } from '@softmoe/tasks/files';
import type { Scale } from './claim.ts';
import { claimsReport } from './claims-report.ts';
import { findingsOf } from './findings.ts';
import type { JudgedClaim } from './reproduce.ts';

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
