/** What every softmoe error tells: which field was wrong, what it held, and what to do about it. */
export interface ErrorDetail {
  readonly field: string;
  readonly value: unknown;
  readonly remedy: string;
}

/** What an error follows from, and what else is wrong at the same place. */
export interface SoftmoeErrorOptions extends ErrorOptions {
  /** Further mistakes, such as in other fields of a config. */
  readonly others?: readonly SoftmoeError[];
}

/**
 * Base of all errors thrown by softmoe packages. The message reads `field: problem (got value). remedy`, and each of
 * the four is a field of its own, so that nobody need take a message apart. Where there are `others` the message has a line for each.
 */
export class SoftmoeError extends Error {
  override readonly name: string = 'SoftmoeError';
  /** Such as `must be at least 1`, about `field`. */
  readonly problem: string;
  readonly field: string;
  readonly value: unknown;
  readonly remedy: string;
  /** What else is wrong at the same place, such as in other fields of a config; mostly nothing. */
  readonly others: readonly SoftmoeError[];

  constructor(
    problem: string,
    detail: ErrorDetail,
    { others = [], ...options }: SoftmoeErrorOptions = {},
  ) {
    // Names and values from outside end up in each of them, and may have any length.
    const told = cut(problem, 400);
    const field = cut(detail.field, 200).replace(CONTROL, escaped);
    const remedy = cut(detail.remedy, 2000);
    const own = `${summaryOf(told, { ...detail, field })} ${remedy}`;
    super([own, ...others.map(({ message }) => message)].join('\n'), options);
    this.problem = told;
    this.field = field;
    this.value = detail.value;
    this.remedy = remedy;
    this.others = others;
  }

  /** The message without its remedy, `field: problem (got value).`, for those who show the two apart. */
  get summary(): string {
    return summaryOf(this.problem, this);
  }
}

function summaryOf(problem: string, { field, value }: ErrorDetail): string {
  return `${field}: ${problem} (got ${describe(value)}).`;
}

/** One error for several of a kind: the first, with the others; undefined for none. */
export function together<E extends SoftmoeError>([first, ...others]: readonly E[]): E | undefined {
  if (!first || others.length === 0) return first;
  const Kind = first.constructor as new (
    problem: string,
    detail: ErrorDetail,
    options: SoftmoeErrorOptions,
  ) => E;
  return new Kind(first.problem, first, { others });
}

/** An array or parameter has the wrong shape, or is missing. */
export class ShapeError extends SoftmoeError {
  override readonly name = 'ShapeError';
}

/** A number is NaN, infinite, out of range, or a row that must be a unit vector is not. */
export class ValueError extends SoftmoeError {
  override readonly name = 'ValueError';
}

/** A gate, expert, parameter, preset or method of that name does not exist. */
export class UnknownNameError extends SoftmoeError {
  override readonly name = 'UnknownNameError';
}

/** A file is truncated, damaged or not of the format it claims. */
export class FormatError extends SoftmoeError {
  override readonly name = 'FormatError';
}

/** The combination asked for is meaningful but not implemented by this package. */
export class UnsupportedError extends SoftmoeError {
  override readonly name = 'UnsupportedError';
}

/** A short, one-line picture of any value: at most a dozen entries, three levels deep. Never throws. */
function describe(value: unknown, depth: number = 0): string {
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return cut(String(value));
  if (depth === 3) return '…';
  if (isList(value)) {
    const entries = Array.prototype.slice.call(value, 0, 12);
    return cut(`[${entries.map((entry) => describe(entry, depth + 1)).join(', ')}]`);
  }
  const entries = Object.entries(value).slice(0, 12);
  return cut(
    `{${entries.map(([key, entry]) => `${key}: ${describe(entry, depth + 1)}`).join(', ')}}`,
  );
}

function isList(value: object): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Characters that a terminal would obey. */
const CONTROL = /\p{Cc}/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function cut(text: string, most: number = 80): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

/** An iteration did not reach its tolerance within its limit of steps. */
export class ConvergenceError extends SoftmoeError {
  override readonly name = 'ConvergenceError';
}
