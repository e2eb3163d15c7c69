import { type ErrorDetail, FormatError, type SoftmoeError } from '../errors.ts';

/** What a file says that it holds, under the key `format`. Files without one are of version 1. */
export interface Format {
  readonly name: string;
  readonly version: number;
}

/** One thing that a schema finds wrong, as zod tells it. */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Of unknown keys. */
  readonly keys?: readonly string[];
  readonly expected?: unknown;
  readonly values?: readonly unknown[];
  /** What has a wrong size, and the limit that it breaks. */
  readonly origin?: string;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: boolean | undefined;
  readonly exact?: boolean | undefined;
  /** Of what is none of several: what is wrong with it as each of them, or the values of the field that tells them apart. */
  readonly errors?: readonly (readonly SchemaIssue[])[];
  readonly options?: readonly unknown[];
  /** What is wrong with a key. */
  readonly issues?: readonly SchemaIssue[];
}

type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: { readonly issues: readonly SchemaIssue[] } };

/** A kind of file, as it is written now and as it may be read. */
export interface FileFormat<T> extends Format {
  /** What errors call it, such as `result`. */
  readonly what: string;
  /** The oldest version that can still be read. */
  readonly since: number;
  /** A zod schema, of files of all versions from `since` on. */
  readonly schema: { safeParse(input: unknown): Parsed<T> };
}

/** Where something was read. */
export interface ReadFrom {
  /** A path, and what else tells the place. */
  readonly file: string;
  /** What to do where it cannot be read. */
  readonly remedy: string;
  readonly error?: new (problem: string, detail: ErrorDetail) => SoftmoeError;
}

/**
 * What the JSON value of a file holds, checked. Throws a {@link FormatError}, or the error asked for, that names the file, the
 * field and its value where that is of another format or version, or not what the schema says.
 */
export function readFormat<T>(json: unknown, format: FileFormat<T>, from: ReadFrom): T {
  const { what, name, version, since, schema } = format;
  const { file, remedy, error = FormatError } = from;
  const found = formatIn(json);
  if (found?.name !== undefined && found.name !== name) {
    const problem = `must be ${name} in ${file}`;
    throw new error(problem, { field: `${what}.format.name`, value: found.name, remedy });
  }
  const foundVersion = found === undefined ? 1 : found.version;
  if (!isBetween(foundVersion, since, version)) {
    const readable = since === version ? `version ${version}` : `versions ${since} to ${version}`;
    throw new error(`is not one that this softmoe reads, ${readable}, in ${file}`, {
      field: `${what}.format.version`,
      value: foundVersion,
      remedy: isBetween(foundVersion, version + 1, Infinity) ? `${NEWER} ${remedy}` : remedy,
    });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { problem, path, value } = schemaProblem(parsed.error.issues, json);
  throw new error(`${problem}, in ${file}`, { field: [what, ...path].join('.'), value, remedy });
}

const NEWER = 'Read it with the version of softmoe that wrote it.';

function formatIn(json: unknown): Partial<Record<keyof Format, unknown>> | undefined {
  const { format } = Object(json) as { format?: unknown };
  return format === undefined ? undefined : Object(format);
}

function isBetween(version: unknown, from: number, to: number): boolean {
  return typeof version === 'number' && version >= from && version <= to;
}

/**
 * What a schema found wrong, one by one: an issue about unknown keys is one for each of them, and what is none of several is told as
 * the first of them that has its type, as none of them where they are types and single values, or else as the first.
 */
export function eachIssue(issues: readonly SchemaIssue[]): SchemaIssue[] {
  return issues.flatMap((issue) => {
    const { keys, errors = [], path } = issue;
    if (keys) return keys.map((key) => ({ ...issue, keys: [key] }));
    const branch = errors.find((found) => found.every(isInside)) ?? errors[0];
    if (!branch || areTypes(errors)) return [issue];
    return eachIssue(branch).map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
  });
}

/** Whether an issue is about a part of a value, whose type is then as it should be. */
const isInside = ({ path, keys }: SchemaIssue) => path.length > 0 || keys !== undefined;

/** Whether all branches of a union say no more than which type, or which single value, each of them is for. */
function areTypes(
  errors: SchemaIssue['errors'] = [],
): errors is NonNullable<SchemaIssue['errors']> {
  return (
    errors.length > 0 &&
    errors.every(
      ([first]) =>
        first !== undefined &&
        first.path.length === 0 &&
        (first.code === 'invalid_type' ||
          (first.code === 'invalid_value' && first.values?.length === 1)),
    )
  );
}

/** The first thing that a schema found wrong with `input`, in the parts of a typed error. */
export function schemaProblem(
  issues: readonly SchemaIssue[],
  input: unknown,
  unknownKey = 'is not a field here',
): { readonly problem: string; readonly path: readonly string[]; readonly value: unknown } {
  const [issue] = eachIssue(issues);
  const { keys = [], path } = issue!;
  const at = [...path, ...keys.slice(0, 1)];
  const value = at.reduce<unknown>(
    (object, key) => (object as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
  const problem = keys.length > 0 ? unknownKey : wordsOf(issue!, value);
  return { problem, path: at.map(String), value };
}

/** What a schema expected, without the category of its message. */
function wordsOf(issue: SchemaIssue, value: unknown): string {
  const { code, expected, values = [], origin, minimum, maximum, inclusive, exact } = issue;
  switch (code) {
    case 'invalid_union': {
      if (areTypes(issue.errors)) {
        const kinds = issue.errors.map(
          ([first]) => first?.expected ?? JSON.stringify(first?.values?.[0]),
        );
        return `expected ${kinds.join(' or ')}, received ${typeOf(value)}`;
      }
      const known = issue.options
        ?.filter((option) => option !== undefined)
        .map((option) => JSON.stringify(option));
      return known ? `expected one of ${known.join('|')}` : issue.message;
    }
    case 'invalid_type':
      return `expected ${expected}, received ${typeOf(value)}`;
    case 'invalid_value':
      return values.length === 1 ? `expected ${JSON.stringify(values[0])}` : issue.message;
    case 'too_small':
    case 'too_big': {
      const side = code === 'too_small' ? '>' : '<';
      const limit = `${exact ? 'exactly ' : inclusive ? `${side}=` : side}${minimum ?? maximum}`;
      const unit = units[origin ?? ''];
      return `expected ${origin} ${unit ? `to have ${limit} ${unit}` : `to be ${limit}`}`;
    }
    case 'invalid_key':
      return issue.issues?.[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

const units: Readonly<Record<string, string>> = { string: 'characters', array: 'items' };

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  return typeof value === 'number' && !isNumber ? String(value) : typeof value;
}
