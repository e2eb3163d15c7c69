import { presetNames } from '@softmoe/lab';
import {
  eachIssue,
  type FileFormat,
  type Format,
  schemaProblem,
  together,
} from '@softmoe/model/checks';
import * as z from 'zod';
import { keepable } from '../experiment-kept.ts';
import { axisSchema, drawsSchema } from './axes.ts';
import { dottedField, SweepError } from './fields.ts';

export { SweepError };

/** What sweep.json in the folder of a sweep says it is; users need not write it. */
export const SWEEP_FORMAT = { name: 'softmoe-sweep', version: 1 } as const satisfies Format;

const digests = z.record(
  z.string(),
  z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
);

/**
 * What sweep.json holds: the configs of a sweep, as `base` with every combination of the values in `grid`, of the
 * entries of `list` and of the draws of `random`. A zod schema; `parseSweep` throws errors with a remedy.
 */
export const sweepSchema = z.strictObject({
  $schema: z.string().optional().describe('address of the JSON Schema, for editors'),
  format: z
    .object({ name: z.literal(SWEEP_FORMAT.name), version: z.literal(SWEEP_FORMAT.version) })
    .optional()
    .describe('what the file is, which softmoe writes'),
  name: z
    .string()
    .regex(/^[\w][\w .-]{0,99}$/, 'must be letters, digits, spaces, dots, - and _')
    .optional()
    .describe('name of the sweep, and of its folder by default'),
  base: z
    .union([z.enum(presetNames), z.record(z.string(), z.unknown())])
    .describe('a preset, or the fields of a config that all runs share'),
  grid: z
    .record(dottedField, axisSchema)
    .default({})
    .describe(
      'values by dotted field, such as "train.time": [100, 200] or "seed": { "from": 0, "to": 9 }, or "finetune.rate": { "from": 0.01, "to": 1, "count": 5, "spacing": "log" }',
    ),
  random: drawsSchema.optional().describe('fields whose values are drawn together'),
  list: z
    .array(z.record(dottedField, z.unknown()))
    .min(1)
    .optional()
    .describe('fields that change together: an object of values by dotted field each'),
  keep: z
    .array(z.enum(keepable))
    .min(1)
    .optional()
    .describe(
      'what the record of each run keeps beside its result: "curves", its records along the way; "models", its teacher and its student after each phase',
    ),
  teachers: digests
    .optional()
    .describe('SHA-256 of each file of a teacher by its name, which softmoe writes'),
  modules: digests
    .optional()
    .describe('SHA-256 of each module of a gate or an expert by its name, which softmoe writes'),
});

/** A sweep as users write it. */
export type SweepDefinition = z.input<typeof sweepSchema>;

/** sweep.json in the folder of a sweep, for `readFormat`. */
export const sweepFormat: FileFormat<z.output<typeof sweepSchema>> = {
  ...SWEEP_FORMAT,
  what: 'sweep',
  since: 1,
  schema: sweepSchema,
};

/** The JSON Schema of sweep.json, for editors. */
export function sweepJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(sweepSchema, { io: 'input' });
}

/** A sweep to start from: does recovery depend on the number of students? */
export const exampleSweep: SweepDefinition = {
  name: 'students',
  base: 'quick',
  grid: { students: [3, 6, 9, 12, 15], seed: { from: 0, to: 7 } },
};

/** `input` checked. Throws {@link SweepError} with each field that is wrong, its value and what to write instead. */
export function checkDefinition(input: unknown): z.output<typeof sweepSchema> {
  const parsed = sweepSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw together(
    eachIssue(parsed.error.issues).map((issue) => {
      const { problem, path, value } = schemaProblem([issue], input, 'is not a field of a sweep');
      return new SweepError(problem, {
        field: path.length > 0 ? path.join('.') : 'sweep',
        value,
        remedy: remedies[path[0] ?? ''] ?? 'See softmoe sweep --example for a sweep to start from.',
      });
    }),
  );
}

const remedies: Readonly<Record<string, string>> = {
  format: 'Read it with the version of softmoe that wrote it, or leave the format out.',
  base: `Use one of ${presetNames.join(', ')}, or an object of config fields.`,
  grid: 'Give each field an array of values, { "from": 0, "to": 9 } for whole numbers, or { "from": 0.1, "to": 10, "count": 5, "spacing": "log" }.',
  random:
    'Give { "count": 20, "fields": { "train.time": { "from": 50, "to": 400, "spacing": "log" } } }.',
  keep: 'Give ["curves"], ["models"] or ["curves", "models"], or leave it out.',
  teachers: 'Leave it out: softmoe writes it.',
  modules: 'Leave it out: softmoe writes it.',
  list: 'Give an array of objects such as { "students": 8, "train.time": 200 }.',
};
