import type { FileFormat, Format } from '@softmoe/model/checks';
import * as z from 'zod';
import { criteriaVersions } from './criteria.ts';

/** What findings.json says it is. Files of before, without it, are of the same version. */
export const FINDINGS_FORMAT = {
  name: 'softmoe-findings',
  version: 1,
} as const satisfies Format;

/** How much is measured, from the smallest scale. */
export const scales = ['tiny', 'quick', 'full'] as const;

/** Null where a number is infinite or unknown. */
const number = z.number().nullable();

const verdict = z.enum(['holds', 'fails', 'undecided']);

const criterion = z.object({
  /** In words that do not depend on the numbers. */
  text: z.string(),
  verdict,
});

/** What a claim and its finding come to as plain data. */
const claim = z.object({
  id: z.string(),
  title: z.string(),
  statement: z.string(),
  verdict,
  criteria: z.array(criterion),
  numbers: z.array(
    z.object({
      label: z.string(),
      value: number,
      low: number,
      high: number,
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
  /** The largest seed; findings of before do not say. */
  lastSeed: z.int().min(0).exactOptional(),
});

const schema = z.object({
  format: z
    .object({ name: z.literal(FINDINGS_FORMAT.name), version: z.literal(FINDINGS_FORMAT.version) })
    .default(FINDINGS_FORMAT),
  scale: z.enum(scales),
  /** The first seed. */
  seedOffset: z.int().min(0).default(0),
  /** Of the criteria, see `criteriaVersions`. */
  criteria: z
    .object({ version: z.int().min(1), date: z.string() })
    .default({ version: criteriaVersions[0].version, date: criteriaVersions[0].date }),
  claims: z.array(claim),
});

/** What the measurements say about a claim or one of its criteria. */
export type Verdict = z.output<typeof verdict>;

/** One condition of a claim, and how it came out. */
export type Criterion = Readonly<z.output<typeof criterion>>;

/** What findings.json holds. */
export interface Findings extends z.output<typeof schema> {}

/** findings.json, for `readFormat`. */
export const findingsFormat: FileFormat<Findings> = {
  ...FINDINGS_FORMAT,
  what: 'findings',
  since: 1,
  schema,
};
