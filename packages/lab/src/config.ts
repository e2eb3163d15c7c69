import { eachIssue, schemaProblem, together } from '@softmoe/model/checks';
import { bestVariant } from '@softmoe/population';
import * as z from 'zod';
import { checkConfig, completeConfig } from './config-completion.ts';
import {
  type Config,
  type ConfigInput,
  configSchema,
  finetuneSchema,
  trainSchema,
  unionKinds,
} from './config-schema.ts';
import { ConfigError } from './errors.ts';
import { hasClosedForm } from './own-parts.ts';

export { type Config, type ConfigInput, configSchema } from './config-schema.ts';

/**
 * `input` checked and completed. Throws {@link ConfigError} with the field, its value and what to write instead, and with those of all
 * other mistakes as its `others`.
 */
export function parseConfig(input: unknown): Config {
  if (isDataConfig(input)) throw onTable();
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) {
    throw together(eachIssue(parsed.error.issues).map((issue) => configError(issue, input)));
  }
  const config = completeConfig(parsed.data);
  checkConfig(config);
  return config;
}

/**
 * `input` checked and completed as a new run's: pinned to the fastest variant of the exact loss that this JavaScript engine
 * runs, unless it says which. Throws what {@link parseConfig} throws.
 */
export function newConfig(input: ConfigInput): Config {
  const config = parseConfig(input);
  return config.variant === undefined && hasClosedForm(config)
    ? { ...config, variant: bestVariant() }
    : config;
}

/** The JSON Schema of a config as users write it, for editors, forms and command lines. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(configSchema, { io: 'input' });
}

/**
 * What an object from a file describes, by the fields that it has and the others never have: a config, a sweep of many (`base`,
 * `grid`, `list`) or the result of a run (`certificate`). Undefined where it has no field of any.
 */
export function describedBy(object: object): 'config' | 'sweep' | 'result' | undefined {
  const has = (name: string) => Object.hasOwn(object, name);
  if (has('certificate') && has('config')) return 'result';
  if (['base', 'grid', 'list'].some(has)) return 'sweep';
  const { $schema: _, ...fields } = configSchema.shape;
  return Object.keys(fields).some(has) ? 'config' : undefined;
}

/** Whether fields from a file or options are those of a run on a table. */
export function isDataConfig(fields: unknown): boolean {
  return Object(fields).engine === 'data';
}

/** A config of the engine `data` has no teacher: what needs one would call its fields unknown one by one. */
function onTable(): ConfigError {
  return new ConfigError('is that of a run on a table, which has no teacher', {
    field: 'engine',
    value: 'data',
    remedy: 'Do it with softmoe run, or with runData in code.',
  });
}

type Issue = ReturnType<typeof eachIssue>[number];

function configError(issue: Issue, input: unknown): ConfigError {
  const { problem, path, value } = schemaProblem([issue], input, 'is not a field of a config');
  const field = path.length > 0 ? path.join('.') : 'config';
  return new ConfigError(problem, { field, value, remedy: remedyOf(issue) });
}

function remedyOf(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') {
    const parent = issue.path[0];
    const nested = parent === 'train' ? trainSchema : finetuneSchema;
    const { shape } = issue.path.length === 0 ? configSchema : nested;
    const known = issue.path.length === 0 || parent === 'train' || parent === 'finetune';
    return known ? `Known fields: ${Object.keys(shape).join(', ')}.` : 'Leave it out.';
  }
  if (issue.code === 'invalid_union') {
    const [name] = issue.path;
    const known = typeof name === 'string' ? unionKinds[name] : undefined;
    return known ? `Use one of ${known.join(', ')}.` : 'Leave it out.';
  }
  return 'Correct it, or leave the field out for its default.';
}
