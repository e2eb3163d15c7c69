import { FormatError } from '@softmoe/model';
import { type FileFormat, type Format, parseStrictJson, readFormat } from '@softmoe/model/checks';
import { readIfThere } from '@softmoe/runs';
import { z } from 'zod';
import { type Scale, scales } from './claim.ts';
import type { JudgedClaim } from './reproduce.ts';

/** What findings.json says it is. Files of before, without it, are of the same version. */
const FINDINGS_FORMAT = { name: 'softmoe-findings', version: 1 } as const satisfies Format;

/** Null where a number is infinite or unknown. */
const number = z.number().nullable();
const verdict = z.enum(['holds', 'fails', 'undecided']);

/** What a claim and its finding come to as plain data. */
const claim = z.object({
  id: z.string(),
  title: z.string(),
  statement: z.string(),
  verdict,
  criteria: z.array(z.object({ text: z.string(), verdict })),
  numbers: z.array(
    z.object({
      value: number,
      low: number,
      high: number,
      label: z.string(),
      note: z.string().exactOptional(),
    }),
  ),
  sentences: z.array(z.string()),
  tables: z.array(
    z.object({
      caption: z.string().exactOptional(),
      columns: z.array(z.string()),
      rows: z.array(z.array(z.string())),
    }),
  ),
  measurements: z.int().min(0),
  /** What the measurements took, added up; several may run at a time. */
  seconds: z.number().min(0),
});

const schema = z.object({
  format: z
    .object({ name: z.literal(FINDINGS_FORMAT.name), version: z.literal(FINDINGS_FORMAT.version) })
    .default(FINDINGS_FORMAT),
  scale: z.enum(scales),
  claims: z.array(claim),
});

/** What findings.json holds. */
export type Findings = z.output<typeof schema>;

const findingsFormat: FileFormat<Findings> = {
  ...FINDINGS_FORMAT,
  what: 'findings',
  since: 1,
  schema,
};

/** The findings of a reproduction as plain data. */
export function findingsOf(judged: readonly JudgedClaim[], scale: Scale): Findings {
  const findings = {
    format: FINDINGS_FORMAT,
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
  return schema.parse(JSON.parse(JSON.stringify(findings)));
}

/** The findings of a findings.json. Throws `FormatError` that names the file, the field and its value where it holds none. */
export async function readFindings(file: string): Promise<Findings> {
  const remedy = 'Make it anew: softmoe reproduce.';
  const text = await readIfThere(file);
  if (text === undefined) {
    throw new FormatError('is not there', { field: 'findings', value: file, remedy });
  }
  return readFormat(parseStrictJson(text, file), findingsFormat, { file, remedy });
}
