import { ConfigError, configJsonSchema, dataConfigJsonSchema } from '@softmoe/lab';
import { type Command, Option } from 'commander';

/** A field of the config as an option of the command line: `train.batchSize` is `--train-batch-size`. */
interface ConfigField {
  readonly path: readonly string[];
  readonly flag: string;
  readonly description: string;
  /** Names that its value may be, or begin with; there may be others, such as a module. */
  readonly values: readonly string[];
  /** Whether it takes no value: being there means true. */
  readonly isSwitch: boolean;
  readonly parse: (text: string) => unknown;
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Fields with fields of their own, or of several forms, of which one option sets the whole. */
const wholes: Readonly<Record<string, (text: string) => unknown>> = {
  teacher: (file) => ({ file }),
  gate: (text) => (isModule(text) ? { module: text } : text),
  expert: (text) => (isModule(text) ? { module: text } : namedExpert(text)),
  geometry: choice((kind, argument) => ({
    kind,
    ...(argument === undefined ? {} : { overlap: numberOrText(argument) }),
  })),
  prune: choice((rule, argument) => ({
    rule,
    ...(argument === undefined
      ? {}
      : { [rule === 'size' ? 'size' : 'tolerance']: numberOrText(argument) }),
  })),
};

const namedExpert = choice((kind, argument) =>
  kind === 'series'
    ? { kind, coefficients: (argument ?? '').split(',').map(numberOrText) }
    : { kind, ...(argument === undefined ? {} : { degree: numberOrText(argument) }) },
);

/** Whether a text is the path of a JavaScript module, and so no name. */
function isModule(text: string): boolean {
  return /\.m?js$/.test(text);
}

/** Fields whose option is not named by where they stand: sampling is that of training and of fine-tuning. */
const shortFlags: Readonly<Record<string, string>> = { 'train.sampling': 'sampling' };

/** Every leaf of the config's schema, so that no field can be without its option. */
export function configFields(): ConfigField[] {
  return fieldsOf(configJsonSchema() as JsonSchema, []);
}

/** The option that sets a field of the config, or what it is a part of, such as `--expert` of `expert.degree`. */
export function optionOf(field: string): string | undefined {
  const found = [...configFields(), ...tableFields()].find(({ path }) =>
    `${field}.`.startsWith(`${path.join('.')}.`),
  );
  return found && `--${found.flag}`;
}

/** Fields of the config of a run on a table alone that are numbers, each with an option of its name. */
export function tableFields(): ConfigField[] {
  const known = new Set(configFields().map(({ flag }) => flag));
  return fieldsOf(dataConfigJsonSchema() as JsonSchema, []).filter(
    ({ path, flag, isSwitch }) =>
      path.length === 1 && !isSwitch && !known.has(flag) && flag !== 'engine',
  );
}

/** Adds an option for every one of `fields`, which are those of the config. */
export function addConfigOptions(
  command: Command,
  fields: readonly ConfigField[] = configFields(),
): void {
  for (const { flag, description, isSwitch, values } of fields) {
    const option = new Option(isSwitch ? `--${flag}` : `--${flag} <value>`, description);
    known.set(option, values);
    command.addOption(option);
  }
}

/** Commander's own choices would refuse what the schema refuses better, and modules. */
const known = new WeakMap<Option, readonly string[]>();

/** Values of an option that are known by name. */
export function valuesOf(option: Option): readonly string[] {
  return option.argChoices ?? known.get(option) ?? [];
}

/** `base` with the fields that were given as options in place of its own. */
export function withOptions(
  base: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>>,
  fields: readonly ConfigField[] = configFields(),
): Record<string, unknown> {
  const config: Record<string, unknown> = structuredClone(base);
  for (const { path, flag, parse, isSwitch } of fields) {
    const text = options[camelCase(flag)];
    if (typeof text !== 'string' && !(isSwitch && text === true)) continue;
    const [first, second] = path;
    const value = typeof text === 'string' ? parse(text) : text;
    if (second === undefined) config[first!] = value;
    else {
      const parent = config[first!] ?? {};
      if (isObject(parent)) config[first!] = { ...parent, [second]: value };
    }
  }
  return config;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(schema: JsonSchema, path: readonly string[]): ConfigField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    // What is for editors alone is no option.
    if (name.startsWith('$')) return [];
    const here = [...path, name];
    const isBranch = field.properties && !Object.hasOwn(wholes, here.join('.'));
    return isBranch ? fieldsOf(field, here) : [fieldOf(field, here)];
  });
}

function fieldOf(schema: JsonSchema, path: readonly string[]): ConfigField {
  const field = path.join('.');
  const whole = wholes[field];
  if (schema.oneOf && !whole) {
    throw new ConfigError('has no form on the command line', {
      field,
      value: schema,
      remedy: 'Add it to the wholes of config-options.ts.',
    });
  }
  return {
    path,
    flag: shortFlags[field] ?? path.map(kebabCase).join('-'),
    description: describeField(schema),
    values: namesIn(schema),
    isSwitch: schema.type === 'boolean',
    parse: whole ?? (schema.type === 'string' ? String : numberOrText),
  };
}

/** Kinds that a config has where the user gave a module or a teacher: nobody writes them. */
const filledIn: ReadonlySet<string> = new Set(['own', 'given']);

/** The names that a value of a field may be, or the kinds of a field that may be of several. */
function namesIn({ enum: names, anyOf = [], oneOf = [], properties = {} }: JsonSchema): string[] {
  const kind = properties.kind ?? properties.rule;
  return [
    ...(names ?? []),
    ...(kind?.const === undefined || filledIn.has(kind.const) ? [] : [kind.const]),
    ...[...anyOf, ...oneOf].flatMap(namesIn),
  ];
}

function describeField({ description = '', default: preset, enum: values }: JsonSchema): string {
  const choices = values ? `: ${values.join(', ')}` : '';
  const shown =
    typeof preset === 'object' && preset !== null ? Object.values(preset).join(':') : preset;
  return `${description}${choices}${shown === undefined ? '' : ` (default: ${shown})`}`;
}

/** Reads what is written `name` or `name:argument`. */
function choice(
  make: (name: string, argument: string | undefined) => unknown,
): (text: string) => unknown {
  return (text) => {
    const [name = '', ...others] = text.split(':');
    return make(name, others.length > 0 ? others.join(':') : undefined);
  };
}

/** The number that `text` writes, or the text itself: the schema then says that it is not a number. */
function numberOrText(text: string): unknown {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
