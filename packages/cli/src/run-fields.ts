import { basename } from 'node:path';
import { plural } from '@softmoe/figures/words';
import { UnknownNameError, ValueError } from '@softmoe/model';
import { flatten, type KeptDataRun, type Run } from '@softmoe/runs';
import { stateOf } from './run/story.ts';

type Fields = ReadonlyMap<string, unknown>;

/** A run on a teacher, complete or not, or on a table. */
export type AnyRun = Run | KeptDataRun;

/** How far a run on a table has come, in a word or two. */
export function dataStateOf({ result, fits = 0 }: KeptDataRun): string {
  return result ? 'done' : `after ${plural(fits, 'fit')}`;
}

/** Whether a run was on a table. */
export function isOnData(run: AnyRun): run is KeptDataRun {
  return run.config.engine === 'data';
}

/**
 * What is known of a run, by dotted field: `run` (its folder's name), `state`, `note`, `changed` (ISO 8601), those of its config, and
 * those of its result, such as `parameterError`, `loss.final` and, on a table, `test.rmse`.
 */
function fieldsOf(run: AnyRun): Fields {
  const { path, about, changed, config, result } = run;
  const { config: _, ...found } = result ?? { config };
  return new Map<string, unknown>([
    ...flatten(found),
    ...(isOnData(run) ? flatten({ test: run.result?.comparison[0]?.test }) : []),
    ...flatten(config),
    ['run', basename(path)],
    ['state', isOnData(run) ? dataStateOf(run) : stateOf(run)],
    ['note', about.note],
    ['changed', changed.toISOString()],
  ]);
}

/** Which runs are wanted, and in which order. */
export interface RunQuery {
  /** All of them. */
  readonly tag?: readonly string[];
  /** Conditions such as `students=25`, `seconds<2` and `gate!=tanh`, all of which must hold. */
  readonly filter?: readonly string[];
  /** A field, after a - in descending order. */
  readonly sort?: string;
}

/** The runs that a query asks for. Throws a typed error for a condition that is none, and a field that no run has. */
export function selectRuns(
  runs: readonly AnyRun[],
  { tag = [], filter = [], sort }: RunQuery,
): AnyRun[] {
  const known = new Map(runs.map((run) => [run, fieldsOf(run)]));
  const fieldOf = (run: AnyRun, field: string) => known.get(run)?.get(field);
  const requireField = (option: string, field: string) => {
    if (runs.length === 0 || runs.some((run) => known.get(run)?.has(field))) return;
    throw new UnknownNameError('is a field of none of the runs', {
      field: option,
      value: field,
      remedy:
        'Use one of the config or the result, such as students, train.time, seconds, parameterError or loss.final.',
    });
  };
  const conditions = filter.map(parseCondition);
  for (const { field } of conditions) requireField('filter', field);
  const chosen = runs.filter(
    (run) =>
      tag.every((name) => run.about.tags?.includes(name)) &&
      conditions.every(({ field, holds }) => holds(fieldOf(run, field))),
  );
  if (sort === undefined) return chosen;
  const field = sort.replace(/^-/, '');
  requireField('sort', field);
  const sign = sort.startsWith('-') ? -1 : 1;
  return chosen.toSorted((a, b) => compare(fieldOf(a, field), fieldOf(b, field), sign));
}

/** Numbers by size, all else by its text; a run without the field comes last either way. */
function compare(a: unknown, b: unknown, sign: number): number {
  const missing = Number(isMissing(a)) - Number(isMissing(b));
  if (missing !== 0 || isMissing(a)) return missing;
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
}

const isMissing = (value: unknown): boolean => value === undefined || value === null;

interface Condition {
  readonly field: string;
  readonly holds: (value: unknown) => boolean;
}

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function parseCondition(text: string): Condition {
  const [, field = '', operator = '', wanted = ''] =
    /^([\w.]+)(<=|>=|!=|=|<|>)(.*)$/.exec(text) ?? [];
  const order = orders[operator];
  const number = Number(wanted);
  if (field === '' || (order && (wanted.trim() === '' || Number.isNaN(number)))) {
    throw new ValueError('is no condition on a run', {
      field: 'filter',
      value: text,
      remedy:
        'Write a field, one of = != < <= > >=, and a value, such as students=25 or "seconds<2".',
    });
  }
  if (order) return { field, holds: (value) => typeof value === 'number' && order(value - number) };
  const isWanted = (value: unknown) =>
    typeof value === 'number' && wanted.trim() !== ''
      ? value === number
      : String(value ?? '') === wanted;
  return { field, holds: (value) => isWanted(value) === (operator === '=') };
}
