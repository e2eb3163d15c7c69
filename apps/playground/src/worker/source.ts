import {
  type Config,
  type ConfigInput,
  parseConfig,
  presetConfig,
  type Warning,
} from '@softmoe/lab';
import { type MoE, SoftmoeError } from '@softmoe/model';
import type { Source } from '../protocol.ts';

/** What was brought is nothing that a run can start from. */
export class ImportError extends SoftmoeError {
  override readonly name = 'ImportError';
}

export interface Start {
  readonly config: Config;
  readonly student?: MoE;
  readonly teacher?: MoE;
  /** What was done to the model that was read. */
  readonly warnings?: readonly Warning[];
  /** Whether it was read from bare arrays: its gate, expert and routing are the config's. */
  readonly bare?: boolean;
}

/** What a run of a config or a preset starts from, checked. Throws a typed error with a remedy for anything wrong. */
export function readSource(source: Extract<Source, { kind: 'config' | 'preset' }>): Start {
  switch (source.kind) {
    case 'config':
      return { config: configFrom(source.config) };
    case 'preset': {
      requireBuiltIn(source.changes);
      return { config: drawn(presetConfig(source.name, asLinked(source.changes))) };
    }
  }
}

/** The config that a tree of fields is, checked: it names no code, and its teacher can be drawn. */
export function configFrom(tree: unknown): Config {
  requireBuiltIn(tree);
  return drawn(parseConfig(tree));
}

/** A page runs no code that a config names. */
function requireBuiltIn(tree: unknown): void {
  const { gate, expert } = Object(tree) as { readonly gate?: unknown; readonly expert?: unknown };
  for (const [field, part] of Object.entries({ gate, expert })) {
    const { kind, name, module, sha256 } = Object(part) as Record<string, unknown>;
    if (kind === 'own' || [name, module, sha256].some((known) => typeof known === 'string')) {
      throw ownPart(field, module ?? name ?? sha256);
    }
  }
}

export function ownPart(field: string, value: unknown): ImportError {
  return new ImportError('is of the user’s own, and the page runs no code of others', {
    field,
    value,
    remedy: 'Choose one that is built in.',
  });
}

/** A config whose teacher can be drawn: the digest of one's own does not bring it. */
function drawn(config: Config): Config {
  if (!config.teacher) return config;
  throw new ImportError('is one of its own, which a config only names', {
    field: 'teacher',
    value: config.teacher.file ?? config.teacher.sha256,
    remedy: 'Drop the file of the teacher on the page, and make it the teacher.',
  });
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

/** Whether a snapshot was taken between two phases. */
export function atRest(source: Source): boolean {
  if (source.kind !== 'snapshot') return false;
  const { phase, refined, finetuned } = source.snapshot;
  return phase === 'prune' || (phase === 'finetune' && !refined && !finetuned);
}
