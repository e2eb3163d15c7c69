import { presetNames } from '@softmoe/lab';
import { SoftmoeError } from '@softmoe/model';
import {
  eachIssue,
  type FileFormat,
  type Format,
  schemaProblem,
  together,
} from '@softmoe/model/checks';
import * as z from 'zod';

/** What sweep.json in the folder of a sweep says it is; users need not write it. */
export const SWEEP_FORMAT = { name: 'softmoe-sweep', version: 1 } as const satisfies Format;

const path = z
  .string()
  .regex(
    /^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/,
    'must be a field of the config such as students or train.time',
  );

const range = z
  .strictObject({
    from: z.int().describe('first value'),
    to: z.int().describe('last value, included'),
    step: z.int().min(1).default(1).describe('distance between values'),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be below from' });

/**
 * What sweep.json holds: the configs of a sweep, as `base` with every combination of the values in `grid` and of the
 * entries of `list`. A zod schema; `parseSweep` throws errors with a remedy.
 */
export const sweepSchema = z.strictObject({
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
    .record(path, z.union([z.array(z.unknown()).min(1), range]))
    .default({})
    .describe(
      'values by dotted field, such as "train.time": [100, 200] or "seed": { "from": 0, "to": 9 }',
    ),
  list: z
    .array(z.record(path, z.unknown()))
    .min(1)
    .optional()
    .describe('fields that change together: an object of values by dotted field each'),
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
  grid: 'Give each field an array of values, or { "from": 0, "to": 9 } for whole numbers.',
  list: 'Give an array of objects such as { "students": 8, "train.time": 200 }.',
};

/** A sweep's definition, or a field of a run that it expands to, cannot be used; or a folder holds no sweep. */
export class SweepError extends SoftmoeError {
  override readonly name = 'SweepError';
}
