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
  const first = bytes.find((byte) => byte > 32);
  if (first === '{'.charCodeAt(0)) {
    requireSize(name, bytes, MAX_CONFIG_BYTES);
    const value = readJson(name, bytes);
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

function readJson(name: string, bytes: Uint8Array): object {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as object;
  } catch (cause) {
    throw new ImportError('is not valid JSON', {
      field: name,
      value: (cause as Error).message,
      remedy: 'Choose a config.json, a result.json or a model.safetensors of softmoe.',
    });
  }
}

function requireSize(name: string, bytes: Uint8Array, most: number): void {
  if (bytes.length <= most) return;
  throw new ImportError(`must be of at most ${most} bytes`, {
    field: name,
    value: bytes.length,
    remedy: 'Choose a config.json or a model.safetensors of softmoe.',
  });
}

/** Whether a snapshot was taken between two phases. */
export function atRest(source: Source): boolean {
  if (source.kind !== 'snapshot') return false;
  const { phase, refined, finetuned } = source.snapshot;
  return phase === 'prune' || (phase === 'finetune' && !refined && !finetuned);
}
