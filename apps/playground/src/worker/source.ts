import {
  type Config,
  type ConfigInput,
  describedBy,
  parseConfig,
  presetConfig,
  type Warning,
} from '@softmoe/lab';
import { loadMoE, type MoE, SoftmoeError } from '@softmoe/model';
import { decodeText, parseStrictJson } from '@softmoe/model/checks';
import type { Source } from '../protocol.ts';
import { type Change, changed } from '../session/draft.ts';

/** A file is neither a config nor a model. */
class ImportError extends SoftmoeError {
  override readonly name = 'ImportError';
}

const REMEDY = 'Choose a config.json, a result.json or a model.safetensors of softmoe.';

/** No config is as long as this, and no model that a page can train is larger. */
const MAX_CONFIG_BYTES = 1 << 20;
const MAX_MODEL_BYTES = 1 << 28;

export interface Start {
  readonly config: Config;
  readonly student?: MoE;
  /** What was done to the student that was read. */
  readonly warnings?: readonly Warning[];
}

/** What a run starts from, checked. Throws a typed error with a remedy for anything wrong. */
export function readSource(source: Exclude<Source, { kind: 'snapshot' }>): Start {
  switch (source.kind) {
    case 'config':
      return { config: parseConfig(source.config) };
    case 'preset':
      return { config: presetConfig(source.name, asLinked(source.changes)) };
    case 'file':
      return readFile(source.name, source.bytes, source.config);
  }
}

/** The changes of a link to a preset. Whatever a link does not say of sampling was true when it was made. */
export function asLinked(changes: unknown): ConfigInput {
  const given = (changes ?? {}) as ConfigInput;
  return isObject(given) && (given.train === undefined || isObject(given.train))
    ? { ...given, train: { sampling: 'inputs', ...given.train } }
    : given;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readFile(name: string, bytes: Uint8Array, base: unknown): Start {
  if (bytes.length === 0) {
    throw new ImportError('is empty', { field: name, value: bytes.length, remedy: REMEDY });
  }
  if (!mayBeModel(bytes)) return { config: configOf(name, bytes) };
  requireSize(name, bytes, MAX_MODEL_BYTES);
  const warnings: Warning[] = [];
  const student = loadMoE(bytes, (normalised) => warnings.push(normalised));
  const { inputDim, experts: students, expert, ...gating } = student.spec;
  const spec = { inputDim, students, expert, ...gating } as Change;
  return { config: parseConfig(changed(parseConfig(base ?? {}), spec)), student, warnings };
}

/** A safetensors file begins with the length of its header in eight bytes, the last two of which are 0, as in no text. */
function mayBeModel(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[6] === 0 && bytes[7] === 0;
}

/** The config in a file of text, which may be that of a result. */
function configOf(name: string, bytes: Uint8Array): Config {
  requireSize(name, bytes, MAX_CONFIG_BYTES);
  const text = decodeText(bytes, name);
  if (!text.trimStart().startsWith('{')) {
    const value = `${bytes.length} bytes`;
    throw new ImportError('is no config and no model', { field: name, value, remedy: REMEDY });
  }
  const value = parseStrictJson(text, name) as { readonly config?: unknown };
  switch (describedBy(value)) {
    case 'result':
      return parseConfig(value.config);
    case 'sweep': {
      const remedy =
        'Do its runs with softmoe sweep on a command line, or choose the config of one.';
      throw new ImportError('is a sweep, of many runs', { field: name, value: 'sweep', remedy });
    }
    default:
      return parseConfig(value);
  }
}

function requireSize(name: string, bytes: Uint8Array, most: number): void {
  if (bytes.length <= most) return;
  throw new ImportError(`must be of at most ${most} bytes`, {
    field: name,
    value: bytes.length,
    remedy: REMEDY,
  });
}

/** Whether a snapshot was taken between two phases. */
export function atRest(source: Source): boolean {
  if (source.kind !== 'snapshot') return false;
  const { phase, refined, finetuned } = source.snapshot;
  return phase === 'prune' || (phase === 'finetune' && !refined && !finetuned);
}
