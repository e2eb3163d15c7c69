import {
  type Config,
  type ConfigInput,
  parseConfig,
  presetConfig,
  type Warning,
} from '@softmoe/lab';
import { loadMoE, type MoE, SoftmoeError } from '@softmoe/model';
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
      return { config: presetConfig(source.name, (source.changes ?? {}) as ConfigInput) };
    case 'file':
      return readFile(source.name, source.bytes, source.config);
  }
}

function readFile(name: string, bytes: Uint8Array, base: unknown): Start {
  if (bytes.length === 0) {
    throw new ImportError('is empty', { field: name, value: bytes.length, remedy: REMEDY });
  }
  const text = textOf(bytes.subarray(0, MAX_CONFIG_BYTES));
  if (text === undefined && bytes[0] === '{'.charCodeAt(0)) {
    const problem = 'is not text in UTF-8 or UTF-16';
    throw new ImportError(problem, { field: name, value: bytes.length, remedy: REMEDY });
  }
  if (text?.trimStart().startsWith('{')) {
    requireSize(name, bytes, MAX_CONFIG_BYTES);
    const value = readJson(name, text);
    // A result.json holds its config.
    return {
      config: parseConfig('config' in value && 'certificate' in value ? value.config : value),
    };
  }
  requireSize(name, bytes, MAX_MODEL_BYTES);
  const warnings: Warning[] = [];
  const student = loadMoE(bytes, (normalised) => warnings.push(normalised));
  const { inputDim, experts: students, expert, ...gating } = student.spec;
  const spec = { inputDim, students, expert, ...gating } as Change;
  return { config: parseConfig(changed(parseConfig(base ?? {}), spec)), student, warnings };
}

/** First bytes by which a text names its encoding; without them it is UTF-8. PowerShell writes UTF-16. */
const MARKS: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** The text in a file; undefined where it holds none. */
function textOf(bytes: Uint8Array): string | undefined {
  const marked = MARKS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
  try {
    return new TextDecoder(marked?.[0] ?? 'utf-8', { fatal: true }).decode(bytes, {
      // The end may be cut within a letter.
      stream: true,
    });
  } catch {
    return undefined;
  }
}

function readJson(name: string, text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (cause) {
    throw new ImportError('is not valid JSON', {
      field: name,
      value: (cause as Error).message,
      remedy: REMEDY,
    });
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
