import { formatValue, getField, type Sweep } from '@softmoe/runs';

/** A field of the config that takes several values in a sweep, other than the seed. */
export interface SweepAxis {
  /** The dotted name, such as `train.time`. */
  readonly field: string;
  /** As a figure or a table shows them, in the order of the sweep. */
  readonly values: readonly (number | string)[];
  readonly numeric: boolean;
  /** Of the values as they stand in the config, one; it tells the columns that they have in the table of results. */
  readonly example: unknown;
}

/** The fields over which figures of a sweep can be drawn. */
export function axesOf({ fields, runs }: Sweep): SweepAxis[] {
  return fields
    .filter((field) => field !== 'seed')
    .map((field) => {
      const given = runs.map(({ config }) => getField(config, field));
      const values = [...new Set(given.map(shown))];
      const numeric = values.every((value) => typeof value === 'number');
      return { field, values, numeric, example: given[0] };
    })
    .filter(({ values }) => values.length > 1);
}

/** A value as a table shows it, numbers as they are. */
export function shown(value: unknown): number | string {
  return typeof value === 'number' ? value : formatValue(value);
}
