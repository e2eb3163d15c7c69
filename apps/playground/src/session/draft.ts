import type { Config } from '@softmoe/lab';
import type { ErrorReport } from '../errors.ts';

type Train = Config['train'];

/** A change of a config, as a control or a model from a file makes it. */
export type Change =
  | { readonly [Key in Exclude<keyof Config, 'train' | 'finetune'>]?: Config[Key] }
  | { readonly train: Partial<Train> };

/** Where sampled runs start on this page: steps short enough to watch and to pause, a record at each. */
const SAMPLED: Partial<Train> = { batchSize: 4096, step: 0.1, recordEvery: 0.1 };

/** Names of the ways to route and of the gates, which the page offers without their code: that is the worker's. */
export const routings: readonly Config['routing'][] = ['independent', 'softmax'];
export const gates: readonly Extract<Config['gate'], string>[] = ['sigmoid', 'probit', 'tanh'];

/** Whether every router has a gate of its own, as `hasOwnGates` of model says. */
export function hasOwnGates(routing: Config['routing']): boolean {
  return routing === 'independent';
}

/** Whether the population loss has a closed form, as `hasClosedForm` of lab says. */
export function hasClosedForm({ routing, expert }: Pick<Config, 'routing' | 'expert'>): boolean {
  return hasOwnGates(routing) && ['hermite', 'series', 'linear'].includes(expert.kind);
}

/**
 * `config` with a change, as input to be checked anew. What depends on the engine, the routing or the kind of expert gets
 * its default again when those change, so that controls never make a config that contradicts itself.
 */
export function changed(config: Config, change: Change): unknown {
  const { train: changes, ...rest } = { train: {}, ...change };
  const next = { ...config, ...rest };
  if (next.prune.rule === 'size' && next.prune.size > next.students) next.prune = { rule: 'cliff' };
  if (!hasOwnGates(next.routing)) delete next.routerNorm;
  if (next.routerNorm !== 'free') delete next.teacherRouterNorm;
  const closed = hasClosedForm(next);
  if (closed !== hasClosedForm(config) || next.routing !== config.routing) {
    const { engine: _, initialAmplitude: __, train: ___, ...kept } = next;
    return kept;
  }
  const train: Record<string, unknown> = { ...config.train, ...changes };
  if (!train.spectrum) delete train.spectrum;
  if (next.engine === config.engine) return { ...next, train };
  train.sampling = samplingOf(next);
  if (closed) {
    delete train.method;
    if (next.engine === 'exact') {
      delete train.noise;
      delete train.recordEvery;
    } else Object.assign(train, SAMPLED);
  }
  return { ...next, train };
}

/** Records of a student that learns beside the exact flow: so many that the page may interpolate between them. */
const BESIDE_RECORDS = 300;

/** The exact flow from the start of an online run, in steps so short that the page may interpolate between its records. */
export function exactBeside(config: Config): unknown {
  const next = changed(unseen(config), { engine: 'exact' }) as Config;
  return { ...next, train: { ...next.train, method: 'bogackiShampine', tolerance: 2e-5 } };
}

/** SGD on fresh batches from the start of an exact run. */
export function sgdBeside(config: Config, batchSize: number): unknown {
  const next = changed(unseen(config), { engine: 'online' }) as Config;
  const { step } = next.train;
  const recordEvery = step * Math.max(1, Math.round(next.train.time / BESIDE_RECORDS / step));
  return { ...next, train: { ...next.train, batchSize, recordEvery } };
}

/** A config that draws its teacher, where it named one of its own. */
export function unpinned({ teacher, ...config }: Config): Config {
  return teacher ? { ...config, geometry: { kind: 'orthonormal' }, amplitudeSpread: 1 } : config;
}

/** The run with the next seed: another teacher, and another student. */
export function seedBeside(config: Config): Config {
  return { ...unseen(config), seed: config.seed + 1 };
}

/** The run with the next gate in the list, of the teacher and of the student. */
export function gateBeside(config: Config): Config {
  const at = (gates as readonly unknown[]).indexOf(config.gate);
  const next = gates[(at + 1) % gates.length] ?? config.gate;
  return { ...unseen(config), gate: next };
}

/** A run beside another shows no landscape, and need not compute one. */
function unseen({ train: { spectrum: _, ...train }, ...config }: Config): Config {
  return { ...config, train };
}

/** How a run that begins on another engine draws, as `withSpanSampling` of lab says. */
function samplingOf({ engine, inputDim, students, teachers }: Config): Train['sampling'] {
  return engine === 'online' && inputDim >= 6 * (students + teachers) ? 'span' : 'inputs';
}

/** A config that {@link changed} made, with the fields that it left to their defaults as they were in `before`. */
export function shownOf(before: Config, next: unknown): Config {
  const { train, ...rest } = next as Partial<Config>;
  return { ...before, ...rest, train: { ...before.train, ...train } };
}

/** A copy of a config with the field of that path set. */
export function withValue(config: object, field: string, value: unknown): object {
  const [name = '', ...rest] = field.split('.');
  if (rest.length === 0) return { ...config, [name]: value };
  const inner = (config as Record<string, unknown>)[name];
  const branch = typeof inner === 'object' && inner !== null ? inner : {};
  return { ...config, [name]: withValue(branch, rest.join('.'), value) };
}

/** A config with what its wrong fields hold, where that is of the kind that belongs there, so that controls can show it. */
export function withFaults(config: Config, faults: readonly ErrorReport[]): Config {
  return faults.reduce((shown, { field = '', value }) => {
    const before = field.split('.').reduce<unknown>((at, name) => inside(at, name), shown);
    const fits = typeof before === typeof value && typeof value !== 'object' && value !== undefined;
    return fits ? (withValue(shown, field, value) as Config) : shown;
  }, config);
}

function inside(tree: unknown, name: string): unknown {
  return typeof tree === 'object' && tree !== null
    ? (tree as Record<string, unknown>)[name]
    : undefined;
}
