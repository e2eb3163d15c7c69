import { tangentDim, translationDim } from '@softmoe/model/linalg';
import { hasClosedForm } from '@softmoe/population';
import { z } from 'zod';
import { checkConfig, completeConfig } from './config-completion.ts';
import { type Config, configSchema, finetuneSchema, trainSchema } from './config-schema.ts';
import { ConfigError } from './errors.ts';

export { type Config, type ConfigInput, configSchema } from './config-schema.ts';

/** `input` checked and completed. Throws {@link ConfigError} with the field, its value and what to write instead. */
export function parseConfig(input: unknown): Config {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw configError(parsed.error.issues[0]!, input);
  const config = completeConfig(parsed.data);
  checkConfig(config);
  return config;
}

/** The JSON Schema of a config as users write it, for editors, forms and command lines. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(configSchema, { io: 'input' });
}

/** What a user should know before a run that will not do what the paper describes. */
export function configWarnings(config: Config): string[] {
  const { students, teachers, finetune } = config;
  const warnings: string[] = [];
  if (students < teachers) {
    warnings.push(
      `${students} students cannot represent ${teachers} teacher experts: the loss will stay above zero and the result ` +
        `cannot be certified. Use at least ${teachers} students; 5 times as many recover reliably.`,
    );
  }
  const needed = hasClosedForm(config) ? 0 : freeParameters(config);
  if (finetune.sampleSize < needed) {
    warnings.push(
      `A fixed sample of ${finetune.sampleSize} points cannot determine the ${needed} parameters of ${teachers} teacher ` +
        `experts: many students fit it exactly, and the result cannot be certified. Use a sampleSize of ${needed} at the ` +
        'very least; 10 times as many tell the curvature too.',
    );
  }
  return warnings;
}

/**
 * Parameters of a student of the teacher's size in the span of both, in which it is fine-tuned, docs/theory.md (38); less
 * the translations that change no function.
 */
function freeParameters({ inputDim, teachers, routing, gate, expert }: Config): number {
  const r = Math.min(inputDim, 4 * teachers);
  const spec = { inputDim: r, experts: teachers, routing, gate, expert };
  return tangentDim(spec) - translationDim(spec);
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
    const nested = parent === 'train' ? trainSchema : finetuneSchema;
    const { shape } = issue.path.length === 0 ? configSchema : nested;
    const known = issue.path.length === 0 || parent === 'train' || parent === 'finetune';
    return known ? `Known fields: ${Object.keys(shape).join(', ')}.` : 'Leave it out.';
  }
  if (issue.code === 'invalid_union') {
    return `Choose ${String(issue.path.at(-1) ?? 'kind')} among those that \`softmoe run --help\` lists.`;
  }
  return 'Correct it, or leave the field out for its default.';
}
