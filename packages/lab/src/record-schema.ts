import type { Landscape } from '@softmoe/certify';
import type { FileFormat } from '@softmoe/model/checks';
import * as z from 'zod';
import { RECORD_FORMAT } from './formats.ts';

const numbers = z.array(z.number());
const matrix = z.array(numbers);

/**
 * The part of fine-tuning: on fresh batches first, `online`, if training was online, then to the end on the exact loss or,
 * where it has no closed form, on one fixed sample. Steps begin anew with each.
 */
export type FinetuneStage = z.output<typeof stage>;

const stage = z.enum(['online', 'exact', 'sample']);

const count = z.int().min(0);

const landscape: z.ZodType<Landscape> = z.object({
  lowest: z.number(),
  highest: z.number(),
  error: z.number(),
  index: count.nullable(),
  flat: count.nullable(),
  toward: z
    .object({ teacherExpert: count, share: z.number(), shares: z.array(z.number()) })
    .nullable(),
});

const recordSchema = z
  .object({
    phase: z.enum(['train', 'finetune']),
    /** Of fine-tuning. */
    stage: stage.exactOptional(),
    step: z.number(),
    time: z.number(),
    loss: z.number(),
    gradientNorm: z.number(),
    amplitude: numbers,
    /** Where routers have lengths of their own. */
    routerLength: numbers.exactOptional(),
    alignment: z.object({ student: numbers, expert: numbers, router: numbers }).exactOptional(),
    /** W·W*ᵀ and V·V*ᵀ, each [m, k]. */
    overlaps: z.object({ expert: matrix, router: matrix }).exactOptional(),
    /** Of training, where the config asks for spectra. */
    landscape: landscape.exactOptional(),
  })
  .refine(({ phase, stage }) => phase === 'train' || stage !== undefined, {
    path: ['stage'],
    message: `expected one of ${stage.options.join(', ')}`,
  });

/** A record as plain JSON: one line of records.jsonl. Matrices are rows, one a student unit. */
export interface RecordLine extends Readonly<z.output<typeof recordSchema>> {}

/** The lines of records.jsonl, for `readFormat`. */
export const recordFormat: FileFormat<RecordLine> = {
  ...RECORD_FORMAT,
  what: 'record',
  since: 1,
  schema: recordSchema,
};
