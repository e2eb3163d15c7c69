import type { Config } from '@softmoe/lab';
import type { Change } from '../session/draft.ts';

interface Field {
  readonly label: string;
  /** What it means, in a line; it may depend on what is chosen. */
  readonly hint: string | ((config: Config) => string);
  /** Path in the config, as errors name it. */
  readonly field: string;
  /** Where it does not apply it is not shown. */
  readonly applies?: (config: Config) => boolean;
  /** Among the few that a newcomer sees; the rest is a click away. */
  readonly basic?: true;
}

export interface NumberField extends Field {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  /** The slider runs over the logarithm; its values are rounded to two figures, or to powers of two. */
  readonly logarithmic?: boolean | 'two';
  value(config: Config): number;
  change(value: number): Change;
}

interface ChoiceField extends Field {
  readonly kind: 'choice';
  options(config: Config): readonly (readonly [string, string])[];
  value(config: Config): string;
  change(value: string): Change;
}

export interface Group {
  readonly name: string;
  readonly fields: readonly (NumberField | ChoiceField)[];
}
