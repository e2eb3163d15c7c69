import { eachIssue, gateNames, routingNames, schemaProblem, together } from '@softmoe/model/checks';
import * as z from 'zod';
import {
  pruneSizeMistakes,
  requireLoadedExpert,
  requireLoadedGate,
  routerNormMistakes,
} from '../config-completion.ts';
import { expert, ownGate, routerNorm } from '../config-parts.ts';
import { type Config, count, pruneSchema } from '../config-schema.ts';
import { ConfigError } from '../errors.ts';

const share = z.number().gt(0).lt(1);

const size = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('one-standard-error') }),
  ...pruneSchema.options,
]);

/** Everything that determines a run on a table, as users write it: the engine `data`, which has no teacher. */
export const dataConfigSchema = z.strictObject({
  $schema: z.string().exactOptional().describe('the JSON Schema of this file, for editors'),
  engine: z.literal('data'),
  data: z.strictObject({
    file: z.string().min(1).describe('a table: .csv, .parquet, .npz or .npy'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
      .exactOptional()
      .describe('SHA-256 of the file; filled in when it is read, checked where it is there'),
    target: z.string().min(1).describe('the column to be learned'),
    columns: z
      .array(z.string().min(1))
      .min(1)
      .exactOptional()
      .describe('the inputs (default: all other columns)'),
  }),
  students: count.default(12).describe('units before pruning'),
  routing: z.enum(routingNames).default('independent'),
  gate: z.union([z.enum(gateNames), ownGate]).default('sigmoid'),
  routerNorm,
  expert: expert.default({ kind: 'gelu' }),
  seed: z.int().min(0).default(0).describe('seed of the split and of the first start'),
  starts: count.default(3).describe('students trained, of which the best on validation goes on'),
  validation: share.default(0.2).describe('share of the rows that training stops by'),
  test: share.default(0.2).describe('share of the rows that nothing but the last error sees'),
  prune: size
    .default({ rule: 'one-standard-error' })
    .describe('size of the pruned student: one-standard-error, cliff, size:N or tolerance:LOSS'),
  steps: count
    .default(100)
    .describe('most steps of Levenberg–Marquardt of a start, and of fine-tuning'),
  patience: count.default(12).describe('steps that the validation error may take without falling'),
  compare: z
    .boolean()
    .default(true)
    .describe('whether models from scratch and perceptrons of the same size are trained too'),
});

type Written = z.output<typeof dataConfigSchema>;

/** A config of a run on a table, with all its defaults filled in. */
export interface DataConfig
  extends Omit<Written, 'gate' | 'expert'>,
    Pick<Config, 'gate' | 'expert'> {}

/** `written` where its gate and its expert, if they are of the user's own, are loaded. Throws {@link ConfigError} where they are not. */
export function completeDataConfig(written: Written): DataConfig {
  return {
    ...written,
    gate: requireLoadedGate(written.gate),
    expert: requireLoadedExpert(written.expert),
  };
}

/** The JSON Schema of a config of the engine `data` as users write it, for editors. */
export function dataConfigJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(dataConfigSchema, { io: 'input' });
}

/** `input` checked and completed. Throws {@link ConfigError} with the field, its value and what to write instead, about every mistake. */
export function parseDataConfig(input: unknown): DataConfig {
  const parsed = dataConfigSchema.safeParse(input);
  if (parsed.success) {
    const config = completeDataConfig(parsed.data);
    const mistake = together([...routerNormMistakes(config), ...pruneSizeMistakes(config)]);
    if (mistake) throw mistake;
    return config;
  }
  const errors = eachIssue(parsed.error.issues).map((issue) => {
    const unknown = 'is not a field of a config of the engine data';
    const { problem, path, value } = schemaProblem([issue], input, unknown);
    return new ConfigError(problem, {
      field: path.join('.') || 'config',
      value,
      remedy: remedyOf(issue),
    });
  });
  throw together(errors);
}

function remedyOf({ code, path: [first, second] }: ReturnType<typeof eachIssue>[number]): string {
  const { shape } = dataConfigSchema;
  if (code === 'unrecognized_keys') {
    return `Known fields: ${Object.keys(first === 'data' ? shape.data.shape : shape).join(', ')}.`;
  }
  const needed = first === 'data' && (second === undefined || second in NEEDED);
  return needed
    ? `Give ${Object.values(NEEDED).join(' and ')}.`
    : 'Correct it, or leave the field out for its default.';
}

/** Fields of `data` that have no default, and their options. */
const NEEDED = {
  file: 'a table, --data FILE',
  target: 'the column of it to be learned, --target COLUMN',
};
