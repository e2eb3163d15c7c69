/** An error as the page shows it. */
export interface ErrorReport {
  readonly message: string;
  /** The config field that it is about, where it is about one. */
  readonly field?: string;
  readonly remedy?: string;
}

/** What to show of anything that was thrown; errors of softmoe name their field and remedy. */
export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  const field = 'field' in error && typeof error.field === 'string' ? { field: error.field } : {};
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : undefined;
  if (remedy === undefined) return { message, ...field };
  return { message: message.replace(remedy, '').trim(), ...field, remedy };
}
