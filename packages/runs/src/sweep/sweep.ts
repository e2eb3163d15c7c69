import { type Config, type ConfigInput, parseConfig } from '@softmoe/lab';
import { type SoftmoeError, saveMoE } from '@softmoe/model';
import type { Task } from '@softmoe/tasks';
import { sha256 } from '@softmoe/tasks/files';
import { canonicalize } from 'json-canonicalize';
import { keepable } from '../experiment-kept.ts';
import { EXPERIMENT, type ExperimentInput } from '../experiment-task.ts';
import { drawsOf, MAX_RUNS, valuesOf } from './axes.ts';
import { checkDefinition, type SweepDefinition, SweepError } from './definition.ts';
import { getField, setField } from './fields.ts';
import { readModules, type SweepModules } from './modules.ts';
import { pinsOf } from './own-files.ts';
import { readTeacherFiles, type TeacherFiles, withTeacherOf } from './teachers.ts';

/** A sweep with all of its runs. */
export interface Sweep {
  readonly name: string;
  /** As it was written, with its name. */
  readonly definition: SweepDefinition & { readonly name: string };
  /** The dotted fields that differ between runs, such as `students` and `train.time`, in the order of list and grid. */
  readonly fields: readonly string[];
  /** In order: the list's entries, then the draws, then the grid's fields, the last one varying fastest. */
  readonly runs: readonly SweepRun[];
  /** The files of teachers of the user's own, by the names that the definition has for them. */
  readonly files: TeacherFiles;
  /** The modules of gates and experts of the user's own, by the names that the definition has for them. */
  readonly modules: SweepModules;
}

/** One run of a sweep, with the task that does it. */
export interface SweepRun {
  /** What the sweep sets in this run, by dotted field. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly config: Config;
  readonly task: Task<ExperimentInput<Config>>;
}

/**
 * The sweep of a definition, named `name` if it does not say. Every run's config is checked. Throws {@link SweepError}: where
 * a run is at fault it says which. The `files` of the teachers that it names are for {@link loadSweep} to read.
 */
export function parseSweep(
  input: unknown,
  name = 'sweep',
  files: TeacherFiles = new Map(),
  modules: SweepModules = new Map(),
): Sweep {
  const { base, grid, list = [{}], random, keep, name: given } = checkDefinition(input);
  const drawn = Object.keys(random?.fields ?? {});
  const fields = [...new Set([...list.flatMap(Object.keys), ...drawn, ...Object.keys(grid)])];
  checkFields(fields, list, drawn, grid);
  const axes = Object.entries(grid).map(([field, values]) => ({
    field,
    values: valuesOf(values, field),
  }));
  const draws = random ? drawsOf(random) : [{}];
  const total = axes.reduce(
    (count, { values }) => count * values.length,
    list.length * draws.length,
  );
  if (total > MAX_RUNS) {
    throw new SweepError('has too many runs', {
      field: 'sweep',
      value: total,
      remedy: `Use at most ${MAX_RUNS}: fewer values in grid, or list instead of grid.`,
    });
  }
  let choices: Record<string, unknown>[] = list.flatMap((entry) =>
    draws.map((draw) => ({ ...entry, ...draw })),
  );
  for (const { field, values } of axes) {
    choices = choices.flatMap((chosen) => values.map((value) => ({ ...chosen, [field]: value })));
  }
  const runs = choices.map((values, i) =>
    runOf(base, values, `run ${i + 1} of ${total}`, files, modules, keep),
  );
  refuseEqual(runs);
  const { format: _, $schema: __, ...definition } = input as SweepDefinition;
  const digests = [...files].map(([name, bytes]) => [name, sha256(bytes)] as const);
  const teachers = files.size > 0 && { teachers: pinsOf('teachers', digests, definition.teachers) };
  const texts = [...modules].map(([name, module]) => [name, module.sha256] as const);
  const code = modules.size > 0 && { modules: pinsOf('modules', texts, definition.modules) };
  const named = { ...definition, name: given ?? name, ...teachers, ...code };
  const differing = fields.filter(varies(runs));
  return { name: named.name, definition: named, fields: differing, runs, files, modules };
}

/**
 * {@link parseSweep} with the teachers, gates and experts of the user's own that the definition names, whose files are looked for from
 * `folder`; modules are run. Throws `ConfigError` for one that cannot be read.
 */
export async function loadSweep(input: unknown, name: string, folder: string): Promise<Sweep> {
  const files = await readTeacherFiles(input, folder);
  return parseSweep(input, name, files, await readModules(input, folder));
}

function runOf(
  base: SweepDefinition['base'],
  values: Readonly<Record<string, unknown>>,
  which: string,
  files: TeacherFiles,
  modules: SweepModules,
  keep: SweepDefinition['keep'],
): SweepRun {
  const fieldsOn = (shared: object): ConfigInput => {
    const fields: Record<string, unknown> = structuredClone({ ...shared });
    for (const [field, value] of Object.entries(values)) setField(fields, field, value);
    return fields;
  };
  const { config, teacher, texts } = inRun(which, values, () => {
    const own = withTeacherOf(base, fieldsOn, files, modules);
    return { ...own, config: parseConfig(own.fields) };
  });
  const model = teacher && { teacherModel: Buffer.from(saveMoE(teacher)).toString('base64') };
  const code = Object.keys(texts).length > 0 ? { modules: texts } : {};
  // In one order, and each once: what a record keeps is a part of what it is of.
  const kept = keep && { keep: keepable.filter((one) => keep.includes(one)) };
  const input = { ...config, ...model, ...code, ...kept };
  return { values, config, task: { kind: EXPERIMENT, input } };
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

/** The values of a run's fields in words, such as `students 8, train.time 100`. */
export function describeValues(values: Readonly<Record<string, unknown>>): string {
  const text = Object.entries(values).map(([field, value]) => `${field} ${formatValue(value)}`);
  return text.join(', ') || 'the base';
}

/** A value of a field as a table shows it: objects such as `{ kind: 'correlated', overlap: 0.3 }` as
 * `correlated:0.3`, a module of the user's own by its name. */
export function formatValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { module }: { readonly module?: unknown } = value;
  if (typeof module === 'string') return module;
  return Object.values(value).map(formatValue).join(':');
}

function checkFields(
  fields: readonly string[],
  list: readonly object[],
  drawn: readonly string[],
  grid: Readonly<Record<string, unknown>>,
): void {
  const refuse = (problem: string, field: string, other: string) => {
    throw new SweepError(problem, { field, value: other, remedy: 'Set each field in one place.' });
  };
  for (const field of fields) {
    if (field in grid && list.some((entry) => field in entry)) {
      refuse('is in the grid and in the list', field, 'both');
    }
    if (drawn.includes(field) && (field in grid || list.some((entry) => field in entry))) {
      refuse('is drawn and in the grid or the list', field, 'both');
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
        remedy:
          'Leave out one of them: a run is kept once. Where values are drawn, draw fewer, or from a wider range.',
      });
    }
    seen.set(text, i);
  }
}
