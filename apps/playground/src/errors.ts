import type { SoftmoeError } from '@softmoe/model';

/** An error as the page shows it. */
export interface ErrorReport {
  readonly message: string;
  /** The config field that it is about, where it is about one. */
  readonly field?: string;
  readonly remedy?: string;
  /** What that field held, and the valid value nearest to it, where a link or a control gave it. */
  readonly value?: unknown;
  readonly nearest?: number | string;
}

/** What to show of anything that was thrown; errors of softmoe name their field and remedy. */
export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { message: String(error) };
  if (!isTyped(error)) return { message: error.message };
  return { message: error.summary, field: error.field, remedy: error.remedy };
}

/** Whether `error` tells its parts: one of softmoe, or of @softmoe/kernels, which shares no class with it. */
function isTyped(
  error: Error,
): error is Pick<SoftmoeError, 'summary' | 'field' | 'remedy'> & Error {
  return 'summary' in error && 'field' in error && 'remedy' in error;
}
