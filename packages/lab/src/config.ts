import { gateNames, MAX_HERMITE_DEGREE } from '@softmoe/model';
import { z } from 'zod';
import { ConfigError } from './errors.ts';

const count = z.int().min(1);
const positive = z.number().gt(0);

const expert = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hermite'),
    degree: z.int().min(1).max(MAX_HERMITE_DEGREE),
  }),
  z.strictObject({
    kind: z.literal('series'),
    coefficients: z
      .array(z.number())
      .min(1)
      .max(MAX_HERMITE_DEGREE + 1),
  }),
]);

const geometry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('orthonormal') }),
  z.strictObject({ kind: z.literal('random-unit') }),
  z.strictObject({ kind: z.literal('correlated'), overlap: z.number().gt(-1).lt(1) }),
]);

const train = z.strictObject({
  flow: z.enum(['balanced', 'plain']).default('balanced').describe('vector field of the training'),
  method: z
    .enum(['bogackiShampine', 'dormandPrince', 'euler'])
    .optional()
    .describe('integrator (default: bogackiShampine for the exact engine, euler for online)'),
  tolerance: positive
    .max(1)
    .default(1e-4)
    .describe('error allowed in a step of an adaptive method'),
  step: positive.default(0.1).describe('step of euler, in units of flow time'),
  time: positive.default(150).describe('flow time at which training ends'),
  batchSize: count.default(8192).describe('fresh samples in a step of the online engine'),
  noise: z.number().min(0).default(0).describe('standard deviation of label noise (online engine)'),
  recordEvery: positive.default(0.5).describe('flow time between records'),
});

const prune = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('cliff') }),
  z.strictObject({ rule: z.literal('size'), size: count }),
  z.strictObject({ rule: z.literal('tolerance'), tolerance: z.number().min(0).max(1) }),
]);

const finetune = z.strictObject({
  method: z
    .enum(['gradientDescent', 'levenbergMarquardt'])
    .default('gradientDescent')
    .describe('method of fine-tuning'),
  maxSteps: count.default(20_000).describe('most steps of fine-tuning'),
  onlineSteps: z
    .int()
    .min(0)
    .default(1000)
    .describe('steps of fine-tuning on samples before the exact ones (online engine)'),
  onlineStep: positive.default(0.3).describe('step of fine-tuning on samples (online engine)'),
});

/**
 * Everything that determines an experiment, with its defaults: the `canonical` preset. A zod schema;
 * {@link parseConfig} throws errors with a remedy.
 */
export const configSchema = z.strictObject({
  inputDim: count.default(1000).describe('dimension d of the inputs'),
  teachers: count.default(5).describe('number k of teacher experts'),
  students: count.default(25).describe('number m of student experts'),
  gate: z.enum(gateNames).default('sigmoid').describe("the routers' non-linearity"),
  expert: expert
    .default({ kind: 'hermite', degree: 3 })
    .describe("the experts' non-linearity: hermite:DEGREE or series:c0,c1,…"),
  geometry: geometry
    .default({ kind: 'orthonormal' })
    .describe("the teacher's directions: orthonormal, random-unit or correlated:OVERLAP"),
  amplitudeSpread: z
    .number()
    .min(1)
    .default(1)
    .describe("ratio of the teacher's largest amplitude to its smallest"),
  seed: z.int().min(0).default(0).describe('seed of every random number'),
  initialAmplitude: positive
    .default(1e-3)
    .describe("amplitude of the student's units at the start"),
  engine: z
    .enum(['exact', 'online'])
    .default('exact')
    .describe('exact population loss, or SGD on fresh batches'),
  train: train.prefault({}),
  prune: prune
    .default({ rule: 'cliff' })
    .describe('size of the pruned student: cliff, size:N or tolerance:LOSS'),
  finetune: finetune.prefault({}),
});

/** A config as users write it: every field may be left out. */
export type ConfigInput = z.input<typeof configSchema>;

/** A config with all its defaults filled in. */
export type Config = Omit<z.output<typeof configSchema>, 'train'> & {
  readonly train: z.output<typeof train> & {
    readonly method: NonNullable<z.output<typeof train>['method']>;
  };
};

/** `input` checked and completed. Throws {@link ConfigError} with the field, its value and what to write instead. */
export function parseConfig(input: unknown): Config {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw configError(parsed.error.issues[0]!, input);
  const { train: given, ...config } = parsed.data;
  const method = given.method ?? (config.engine === 'exact' ? 'bogackiShampine' : 'euler');
  if (config.engine === 'online' && method !== 'euler') {
    throw new ConfigError('is an adaptive method, which needs exact gradients', {
      field: 'train.method',
      value: method,
      remedy: "Use 'euler' with engine 'online', or engine 'exact'.",
    });
  }
  if (config.engine === 'exact' && given.noise > 0) {
    throw new ConfigError('has no effect on the exact engine', {
      field: 'train.noise',
      value: given.noise,
      remedy: "Use engine 'online', or leave the noise out.",
    });
  }
  if (config.prune.rule === 'size' && config.prune.size > config.students) {
    throw new ConfigError(`is more than the ${config.students} students`, {
      field: 'prune.size',
      value: config.prune.size,
      remedy: `Use a size from 1 to ${config.students}.`,
    });
  }
  return { ...config, train: { ...given, method } };
}

/** The JSON Schema of a config as users write it, for editors, forms and command lines. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(configSchema, { io: 'input' });
}

/** What a user should know before a run that will not do what the paper describes. */
export function configWarnings({ students, teachers }: Config): string[] {
  if (students >= teachers) return [];
  return [
    `${students} students cannot represent ${teachers} teacher experts: the loss will stay above zero and the result ` +
      `cannot be certified. Use at least ${teachers} students; 5 times as many recover reliably.`,
  ];
}

type Issue = z.core.$ZodIssue;

function configError(issue: Issue, input: unknown): ConfigError {
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...issue.path, ...(unknownKey === undefined ? [] : [unknownKey])];
  const value = path.reduce<unknown>(
    (object, key) => (object as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  return new ConfigError(
    unknownKey === undefined ? problemOf(issue) : 'is not a field of a config',
    {
      field: path.length > 0 ? path.join('.') : 'config',
      value,
      remedy: remedyOf(issue),
    },
  );
}

function problemOf(issue: Issue): string {
  return issue.message.replace(/^Invalid input: /, '').replace(/^Too (small|big): /, '');
}

function remedyOf(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') {
    const parent = issue.path[0];
    const shape: Record<string, unknown> =
      parent === 'train'
        ? train.shape
        : parent === 'finetune'
          ? finetune.shape
          : configSchema.shape;
    const known = issue.path.length === 0 || parent === 'train' || parent === 'finetune';
    return known ? `Known fields: ${Object.keys(shape).join(', ')}.` : 'Leave it out.';
  }
  if (issue.code === 'invalid_union') {
    return `Choose ${String(issue.path.at(-1) ?? 'kind')} among those that \`softmoe run --help\` lists.`;
  }
  return 'Correct it, or leave the field out for its default.';
}
