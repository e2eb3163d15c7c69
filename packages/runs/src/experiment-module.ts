import { createHash } from 'node:crypto';
import { ConfigError } from '@softmoe/lab';
import type { Expert, Gate, OwnParts } from '@softmoe/model';

/** The places of a config where a gate or an expert of the user's own may stand. */
export const PARTS = ['gate', 'expert'] as const;
export type PartField = (typeof PARTS)[number];

/** A module of the user's own that was loaded: its text, the digest of that, and what it exports by default. */
export interface OwnModule {
  readonly text: string;
  readonly sha256: string;
  readonly part: Gate & Expert;
}

/** Modules of a gate and an expert of the user's own, loaded. */
export type OwnModules = { readonly [Field in PartField]?: OwnModule };

/** The modules that `load` gives for the gate and for the expert, where it gives one. */
export async function modulesBy(
  load: (field: PartField) => Promise<OwnModule | undefined>,
): Promise<OwnModules> {
  const found: { -readonly [Field in PartField]?: OwnModule } = {};
  for (const field of PARTS) {
    const module = await load(field);
    if (module) found[field] = module;
  }
  return found;
}

/** The gate and the expert that modules export. */
export function partsIn({ gate, expert }: OwnModules): OwnParts {
  return { ...(gate && { gate: gate.part }), ...(expert && { expert: expert.part }) };
}

/** Texts of the modules of a gate and an expert of the user's own. */
export type ModuleTexts = { readonly [Field in PartField]?: string };

/**
 * Runs the text of a module and gives what it exports by default. It is code, and runs with the rights of this process. A module stands
 * alone, so that its text is all that a run folder keeps and a worker needs: it imports nothing but modules of Node. Throws
 * {@link ConfigError} about `field` where it cannot be loaded, and where it exports no object with a `value`.
 */
export async function loadModule(
  text: string,
  file: string,
  field: string = 'module',
): Promise<OwnModule> {
  let exported: { readonly default?: unknown };
  try {
    exported = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  } catch (cause) {
    const why = (cause as Error).message.replace(/data:text\/javascript;base64,\S*/g, file);
    throw new ConfigError(
      `cannot be loaded: ${why}`,
      {
        field,
        value: file,
        remedy:
          'Give an ES module that stands alone: it may import modules of Node, and no other files.',
      },
      { cause },
    );
  }
  const part = exported.default;
  if (typeof Object(part).value !== 'function') {
    throw new ConfigError('exports no gate or expert by default', {
      field,
      value: file,
      remedy: 'Write export default { name, parity, value, derivative }.',
    });
  }
  return { text, sha256: sha256(text), part: part as Gate & Expert };
}

/** What a config says of a module, whatever was written there. */
export function namedIn(part: unknown): { readonly module?: unknown; readonly sha256?: unknown } {
  return typeof part === 'object' && part !== null ? part : {};
}

/** Loads a module unless it has another digest than the one that a config pins. */
export async function loadPinned(
  text: string,
  file: string,
  field: PartField,
  pinned: unknown,
): Promise<OwnModule> {
  const found = sha256(text);
  if (pinned !== undefined && pinned !== found) {
    throw new ConfigError(`must be that of the module given, ${found}`, {
      field: `${field}.sha256`,
      value: pinned,
      remedy:
        'Give the module that the config was made for, or leave the digest out to take this one.',
    });
  }
  return loadModule(text, file, `${field}.module`);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
