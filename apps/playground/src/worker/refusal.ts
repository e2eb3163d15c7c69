import { createReferenceBackend } from '@softmoe/backend';
import {
  type Config,
  createExperiment,
  parseConfig,
  presetConfig,
  presetNames,
  requireFits,
} from '@softmoe/lab';
import { type ErrorReport, reportOf } from '../errors.ts';
import type { Refusal, Source } from '../protocol.ts';
import { withValue } from '../session/draft.ts';
import { asLinked } from './source.ts';
import { thisPage } from './this-page.ts';

type Tree = Record<string, unknown>;

/** A config has no more fields than this that can all be wrong. */
const MOST = 40;

/** More numbers than this in a student are not drawn only to see whether they could be. */
const SMALL = 1e6;

/**
 * What to tell of a source from which no run could start: every field that is wrong, each with the valid value nearest to
 * what it holds, and the config with those fields at their defaults, on which controls stand.
 */
export function refusalOf(error: unknown, source: Source): Refusal {
  if (source.kind !== 'config' && source.kind !== 'preset') return { reports: [reportOf(error)] };
  const given = source.kind === 'config' ? source.config : (source.changes ?? {});
  if (typeof given !== 'object' || given === null) return { reports: [reportOf(error)] };
  const preset = source.kind === 'preset' ? source.name : undefined;
  if (preset !== undefined && !(presetNames as readonly string[]).includes(preset)) {
    const remedy = `Choose one of ${presetNames.join(', ')}.`;
    return { reports: [{ ...reportOf(error), remedy }], config: parseConfig({}) };
  }
  const read = (tree: unknown) =>
    preset === undefined ? parseConfig(tree) : presetConfig(preset, asLinked(tree));
  return repaired(error, structuredClone(given) as Tree, read);
}

/** Takes wrong fields out of `tree`, one after the other, until what is left is valid. */
function repaired(first: unknown, tree: Tree, read: (tree: unknown) => Config): Refusal {
  const wrong = new Map<string, { report: ErrorReport; value: unknown }>();
  let error: unknown = first;
  for (let i = 0; i < MOST && error !== undefined; i++) {
    const report = reportOf(error);
    const { field = '' } = report;
    const value = valueAt(tree, field);
    if (!remove(tree, field)) return { reports: [...told(wrong), report] };
    if (!wrong.has(field)) wrong.set(field, { report, value });
    error = faultOf(tree, read);
  }
  if (error !== undefined) return { reports: told(wrong) };
  const config = read(tree);
  const reports = [...wrong].map(([field, { report, value }]): ErrorReport => {
    const isValid = (candidate: unknown) =>
      faultOf(withValue(config, field, candidate), parseConfig) === undefined;
    const nearest = nearestValid(value, valueAt(config, field), isValid);
    return { ...report, value, ...(nearest === undefined ? {} : { nearest }) };
  });
  return { reports, config };
}

const told = (wrong: ReadonlyMap<string, { report: ErrorReport }>) =>
  [...wrong.values()].map(({ report }) => report);

/** What is wrong with a config, if anything. */
function faultOf(tree: unknown, read: (tree: unknown) => Config): unknown {
  try {
    const config = read(tree);
    const { inputDim, students, teachers, engine } = config;
    const machine = thisPage();
    requireFits(config, machine);
    if (inputDim * Math.max(students, teachers) > SMALL) return undefined;
    const backend = engine === 'exact' ? {} : { backend: createReferenceBackend() };
    createExperiment(config, { machine, ...backend });
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * The valid value nearest to a wrong one, on the way from it to the default; the default itself where no number stands
 * there. Undefined where nothing of that kind will do.
 */
export function nearestValid(
  wrong: unknown,
  fallback: unknown,
  isValid: (value: number | string) => boolean,
): number | string | undefined {
  if (typeof fallback !== 'number') return typeof fallback === 'string' ? fallback : undefined;
  if (typeof wrong !== 'number' || !Number.isFinite(wrong)) return fallback;
  const whole = Math.round(wrong);
  if (Number.isInteger(fallback) && isValid(whole)) return whole;
  const limit = Number.isInteger(fallback)
    ? between(whole, fallback, isValid, Math.round, 1)
    : between(wrong, fallback, isValid, Number, 1e-6 * Math.abs(wrong - fallback));
  return Number.isInteger(fallback) ? limit : rounded(limit, fallback, isValid);
}

/** Halves the way from a wrong value to a valid one until they are `close`. */
function between(
  wrong: number,
  valid: number,
  isValid: (value: number) => boolean,
  round: (value: number) => number,
  close: number,
): number {
  let [no, yes] = [wrong, valid];
  while (Math.abs(yes - no) > close) {
    const middle = round((no + yes) / 2);
    if (middle === no || middle === yes) break;
    if (isValid(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

/** To two figures towards the default; the default where the limit is next to nothing beside it. */
function rounded(limit: number, fallback: number, isValid: (value: number) => boolean): number {
  if (Math.abs(limit) < 1e-3 * Math.abs(fallback)) return fallback;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(limit))) - 1);
  const towards = fallback < limit ? Math.floor : Math.ceil;
  const plain = Number((towards(limit / unit) * unit).toPrecision(12));
  return isValid(plain) ? plain : limit;
}

const pathOf = (field: string) => field.split('.');

function valueAt(tree: unknown, field: string): unknown {
  return pathOf(field).reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Tree)[name] : undefined),
    tree,
  );
}

/** Takes a field out, or the nearest one around it that is there, and what that leaves empty. */
function remove(tree: Tree, field: string): boolean {
  const path = pathOf(field);
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? tree : valueAt(tree, path.slice(0, length - 1).join('.'));
    const name = path[length - 1] ?? '';
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, name)) continue;
    Reflect.deleteProperty(parent, name);
    const husk = length > 1 && Object.keys(parent).length === 0;
    return husk ? remove(tree, path.slice(0, length - 1).join('.')) : true;
  }
  return false;
}
