import { UnknownNameError, ValueError } from '../errors.ts';

/** Throws a {@link ValueError} unless `value` is an integer in [min, max]. */
export function requireInteger(
  field: string,
  value: number,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  // 2⁵³ − 1 is a limit worth a word only to a number beyond it.
  const limited = max < Number.MAX_SAFE_INTEGER || (Number.isInteger(value) && value > max);
  const range = rangeOf(min, limited ? max : Infinity);
  const problem = Number.isInteger(value) ? `must be ${range}` : 'must be a whole number';
  throw new ValueError(problem, { field, value, remedy: `Use a whole number ${range}.` });
}

/** Throws a {@link ValueError} unless `value` is a finite number in [min, max]. */
export function requireFinite(
  field: string,
  value: number,
  min: number = -Infinity,
  max: number = Infinity,
): void {
  if (Number.isFinite(value) && value >= min && value <= max) return;
  const range = rangeOf(min, max);
  const problem = Number.isFinite(value) ? `must be ${range}` : 'must be a finite number';
  const remedy = range === '' ? 'Use a finite number.' : `Use a number ${range}.`;
  throw new ValueError(problem, { field, value, remedy });
}

/** Throws a {@link ValueError} unless `value` is the name of a stream of random numbers: well-formed Unicode, not empty. */
export function requireStream(field: string, value: unknown): void {
  if (typeof value === 'string' && value !== '' && !/\p{Surrogate}/u.test(value)) return;
  throw new ValueError('must name a stream', {
    field,
    value,
    remedy: 'Use a non-empty string of well-formed Unicode.',
  });
}

/** [min, max] in words, where the numbers next to 0 and 1 stand for limits that are excluded; empty without limits. */
function rangeOf(min: number, max: number): string {
  const above = min === Number.MIN_VALUE ? 'above 0' : min > -Infinity ? `at least ${min}` : '';
  const below = max === 1 - Number.EPSILON ? 'below 1' : max < Infinity ? `at most ${max}` : '';
  if (above.startsWith('at least') && below.startsWith('at most')) {
    return `between ${min} and ${max}`;
  }
  return [above, below].filter((limit) => limit !== '').join(' and ');
}

/** Throws a {@link ValueError} unless `value` is an object; `names` are the fields that it should have. */
export function requireObject(field: string, value: unknown, names: readonly string[]): void {
  if (typeof value === 'object' && value !== null) return;
  const remedy = `Give an object with ${names.join(', ')}.`;
  throw new ValueError('must be an object', { field, value, remedy });
}

/**
 * Throws unless `value` is an object whose every key is one of `names`: a {@link ValueError}, or an
 * {@link UnknownNameError} about the key. A misspelt option would be ignored without a word.
 */
export function requireKeys(field: string, value: object, names: readonly string[]): void {
  requireObject(field, value, names);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new UnknownNameError('is not known here', {
    field: `${field}.${unknown}`,
    value: unknown,
    remedy: `Use ${names.join(', ')}.`,
  });
}

/** Throws a {@link ValueError} unless `value` is a function. */
export function requireFunction(field: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new ValueError('must be a function', {
    field,
    value,
    remedy: 'Check the order of the arguments and what made this one.',
  });
}

/**
 * A spec or options as one may write them: names are any texts and checked when they are read, so that an object literal in
 * a variable of its own will do, whose texts TypeScript widens to `string`.
 */
export type Written<T> = T extends string
  ? T | (string & {})
  : T extends readonly unknown[] | ((...given: never) => unknown)
    ? T
    : T extends object
      ? { readonly [Key in keyof T]: Written<T[Key]> }
      : T;
