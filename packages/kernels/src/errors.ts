/** What every error of this package tells: which field was wrong, what it held, and what to do about it. */
export interface ErrorDetail {
  readonly field: string;
  readonly value: unknown;
  readonly remedy: string;
}

/** Base of all errors thrown by this package. The message reads `field: problem (got value). remedy`. */
export class KernelsError extends Error {
  override readonly name: string = 'KernelsError';
  /** Such as `must be a whole number`, about `field`. */
  readonly problem: string;
  readonly field: string;
  readonly value: unknown;
  readonly remedy: string;

  constructor(problem: string, detail: ErrorDetail, options?: ErrorOptions) {
    super(`${summaryOf(problem, detail)} ${detail.remedy}`, options);
    this.problem = problem;
    this.field = detail.field;
    this.value = detail.value;
    this.remedy = detail.remedy;
  }

  /** The message without its remedy, `field: problem (got value).`, for those who show the two apart. */
  get summary(): string {
    return summaryOf(this.problem, this);
  }
}

function summaryOf(problem: string, { field, value }: ErrorDetail): string {
  return `${field}: ${problem} (got ${show(value)}).`;
}

/** This JavaScript engine lacks WebAssembly, its SIMD, or the variant that was asked for. */
export class KernelsUnsupportedError extends KernelsError {
  override readonly name = 'KernelsUnsupportedError';
}

/** A number is out of range, a name is unknown, or an array does not fit into the memory. */
export class KernelsValueError extends KernelsError {
  override readonly name = 'KernelsValueError';
}

/** Throws a {@link KernelsValueError} unless `value` is a whole number in [min, max]. */
export function requireInteger(field: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new KernelsValueError('must be a whole number', {
    field,
    value,
    remedy: `Use one between ${min} and ${max}.`,
  });
}

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? 'object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
