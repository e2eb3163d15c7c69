import { configJsonSchema } from '@softmoe/lab';

/** What is read of the JSON Schema of a config. */
interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly oneOf?: readonly JsonSchema[];
}

/** The fields of a config that hold whole numbers, dotted, such as `students` and `train.batchSize`. */
export const wholeFields: ReadonlySet<string> = new Set(
  integerFields(configJsonSchema() as JsonSchema),
);

function integerFields({ type, properties = {}, oneOf = [] }: JsonSchema, at = ''): string[] {
  const inside = Object.entries(properties).flatMap(([name, schema]) =>
    integerFields(schema, at === '' ? name : `${at}.${name}`),
  );
  const choices = oneOf.flatMap((schema) => integerFields(schema, at));
  return [...(type === 'integer' ? [at] : []), ...inside, ...choices];
}
