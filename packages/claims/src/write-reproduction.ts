import { join } from 'node:path';
import { FormatError } from '@softmoe/model';
import { parseStrictJson, readFormat } from '@softmoe/model/checks';
import { writeReport } from '@softmoe/report';
import { readIfThere } from '@softmoe/runs';
import { writeWhole } from '@softmoe/tasks/files';
import type { Extent } from './claim.ts';
import { claimsReport } from './claims-report.ts';
import { criteriaNow } from './criteria.ts';
import { FINDINGS_FORMAT, type Findings, findingsFormat } from './findings-schema.ts';
import type { JudgedClaim } from './reproduce.ts';

/** The findings of a reproduction as plain data. */
export function findingsOf(judged: readonly JudgedClaim[], extent: Extent): Findings {
  const findings = {
    format: FINDINGS_FORMAT,
    ...extent,
    criteria: { version: criteriaNow.version, date: criteriaNow.date },
    claims: judged.map(({ claim: { id, title, statement }, finding, tasks, seconds, lastSeed }) => {
      const { figures: _, ...told } = finding;
      return { id, title, statement, ...told, measurements: tasks, seconds, lastSeed };
    }),
  };
  return checked(JSON.parse(JSON.stringify(findings)), 'findings');
}

/** The findings of a findings.json. Throws `FormatError` that names the file, the field and its value where it holds none. */
export async function readFindings(file: string): Promise<Findings> {
  const text = await readIfThere(file);
  if (text !== undefined) return checked(parseStrictJson(text, file), file);
  throw new FormatError('is not there', { field: 'findings', value: file, remedy: ANEW });
}

const ANEW = 'Make it anew: softmoe reproduce.';

function checked(json: unknown, file: string): Findings {
  return readFormat(json, findingsFormat, { file, remedy: ANEW });
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
  extent: Extent,
): Promise<WrittenReproduction> {
  const { html } = await writeReport(claimsReport(judged, extent), folder);
  const findings = join(folder, 'findings.json');
  await writeWhole(findings, `${JSON.stringify(findingsOf(judged, extent), null, 2)}\n`);
  return { findings, report: html };
}
