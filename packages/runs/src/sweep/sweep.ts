import { type Config, type PresetName, parseConfig, presets } from '@softmoe/lab';
import type { SoftmoeError } from '@softmoe/model';
import type { Task } from '@softmoe/tasks';
import { canonicalize } from 'json-canonicalize';
import { EXPERIMENT } from '../experiment-task.ts';
import { checkDefinition, type SweepDefinition, SweepError } from './definition.ts';
import { getField, setField } from './fields.ts';

/** A sweep with all of its runs. */
export interface Sweep {
  readonly name: string;
  /** As it was written, with its name. */
  readonly definition: SweepDefinition & { readonly name: string };
  /** The dotted fields that differ between runs, such as `students` and `train.time`, in the order of list and grid. */
  readonly fields: readonly string[];
  /** In order: the list's entries, then the grid's fields, the last one varying fastest. */
  readonly runs: readonly SweepRun[];
}

/** One run of a sweep, with the task that does it. */
export interface SweepRun {
  /** What the sweep sets in this run, by dotted field. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly config: Config;
  readonly task: Task<Config>;
}

/** More than that is a mistake in the definition. */
const MAX_RUNS = 1_000_000;

/**
 * The sweep of a definition, named `name` if it does not say. Every run's config is checked. Throws {@link SweepError}: where
 * a run is at fault it says which.
 */
export function parseSweep(input: unknown, name = 'sweep'): Sweep {
  const { base, grid, list = [{}], name: given } = checkDefinition(input);
  const fields = [...new Set([...list.flatMap(Object.keys), ...Object.keys(grid)])];
  checkFields(fields, list, grid);
  const axes = Object.entries(grid).map(([field, values]) => ({ field, values: valuesOf(values) }));
  const total = axes.reduce((count, { values }) => count * values.length, list.length);
  if (total > MAX_RUNS) {
    throw new SweepError('has too many runs', {
      field: 'sweep',
      value: total,
      remedy: `Use at most ${MAX_RUNS}: fewer values in grid, or list instead of grid.`,
    });
  }
  let choices: Record<string, unknown>[] = list;
  for (const { field, values } of axes) {
    choices = choices.flatMap((chosen) => values.map((value) => ({ ...chosen, [field]: value })));
  }
  const shared = typeof base === 'string' ? presets[base as PresetName].config : base;
  const runs = choices.map((values, i) => runOf(shared, values, `run ${i + 1} of ${total}`));
  refuseEqual(runs);
  const { format: _, ...definition } = input as SweepDefinition;
  const named = { ...definition, name: given ?? name };
  return { name: named.name, definition: named, fields: fields.filter(varies(runs)), runs };
}

type Values = readonly unknown[] | { from: number; to: number; step: number };

function valuesOf(values: Values): readonly unknown[] {
  if (!('from' in values)) return values;
  const { from, to, step } = values;
  const count = Math.min(Math.floor((to - from) / step) + 1, MAX_RUNS + 1);
  return Array.from({ length: count }, (_, i) => from + i * step);
}

function runOf(shared: object, values: Readonly<Record<string, unknown>>, which: string): SweepRun {
  const fields: Record<string, unknown> = structuredClone({ ...shared });
  for (const [field, value] of Object.entries(values)) setField(fields, field, value);
  const config = inRun(which, values, () => parseConfig(fields));
  return { values, config, task: { kind: EXPERIMENT, input: config } };
}

/** Says which run an error of a config belongs to. */
function inRun<T>(which: string, values: Readonly<Record<string, unknown>>, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const { problem, field, value, remedy, others } = cause as SoftmoeError;
    throw new SweepError(
      `${problem} in ${which}, ${describeValues(values)}`,
      { field, value, remedy },
      { cause, others },
    );
  }
}

/** Such as `students 8, train.time 100`. */
export function describeValues(values: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(values).map(([field, value]) => `${field} ${formatValue(value)}`);
  return text.join(', ') || 'the base';
}

/** A value of a field as a table shows it: objects such as `{ kind: 'correlated', overlap: 0.3 }` as `correlated:0.3`. */
export function formatValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(formatValue).join(':');
}

function checkFields(
  fields: readonly string[],
  list: readonly object[],
  grid: Readonly<Record<string, unknown>>,
): void {
  const refuse = (problem: string, field: string, other: string) => {
    throw new SweepError(problem, { field, value: other, remedy: 'Set each field in one place.' });
  };
  for (const field of fields) {
    if (field in grid && list.some((entry) => field in entry)) {
      refuse('is in the grid and in the list', field, 'both');
    }
    const inside = fields.find((other) => other.startsWith(`${field}.`));
    if (inside) refuse('is set as a whole and in part', field, inside);
  }
}

/** Whether a field has more than one value in these runs. */
function varies(runs: readonly SweepRun[]): (field: string) => boolean {
  const textOf = ({ config }: SweepRun, field: string) => JSON.stringify(getField(config, field));
  return (field) => runs.some((run) => textOf(run, field) !== textOf(runs[0]!, field));
}

function refuseEqual(runs: readonly SweepRun[]): void {
  const seen = new Map<string, number>();
  for (const [i, { config, values }] of runs.entries()) {
    const text = canonicalize(config);
    const first = seen.get(text);
    if (first !== undefined) {
      throw new SweepError(`has the same config twice, as runs ${first + 1} and ${i + 1}`, {
        field: 'sweep',
        value: describeValues(values),
        remedy: 'Leave out one of them: a run is kept once.',
      });
    }
    seen.set(text, i);
  }
}
