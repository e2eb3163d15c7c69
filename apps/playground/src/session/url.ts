/** A config, or any tree of plain values, as `path.to.field=value` pairs, and what else a link says. */
export interface Link {
  /** Undefined where the link names no field. */
  readonly config: unknown;
  readonly preset: string | undefined;
  /** Kernel variant on which the run was made. */
  readonly kernel: string | undefined;
  readonly autoplay: boolean;
}

const RESERVED = new Set(['preset', 'kernel', 'autoplay']);

/**
 * The part of a link after #: the whole config, so that it gives the same run after defaults change, and the kernel variant
 * where the run depends on one.
 */
export function toHash(config: object, kernel: string | undefined, autoplay: boolean): string {
  const pairs = flatten(config, '');
  const rest = [
    ...(kernel ? [['kernel', kernel]] : []),
    ...(autoplay ? [['autoplay', '1']] : []),
  ] as const;
  return [...pairs, ...rest]
    .map(([name, value]) => `${encodeURIComponent(name!)}=${encodeValue(value!)}`)
    .join('&');
}

/** What a link says; nothing in it is checked beyond its form. */
export function fromHash(hash: string): Link {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const config: Record<string, unknown> = {};
  let any = false;
  for (const [name, value] of parameters) {
    if (RESERVED.has(name)) continue;
    any = true;
    assign(config, name.split('.'), parseValue(value));
  }
  return {
    config: any ? config : undefined,
    preset: parameters.get('preset') ?? undefined,
    kernel: parameters.get('kernel') ?? undefined,
    autoplay: parameters.get('autoplay') === '1',
  };
}

function flatten(tree: object, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string][] => {
    const path = prefix + name;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return flatten(value, `${path}.`);
    }
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  });
}

/** Colons and commas may stay readable in a fragment. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':');
}

function parseValue(text: string): unknown {
  if (!/^(-?\d|\[|true$|false$)/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Own properties only: a link cannot reach a prototype. */
function assign(tree: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  const own = Object.hasOwn(tree, name) ? tree[name] : undefined;
  if (rest.length === 0) {
    define(tree, name, value);
    return;
  }
  const branch: Record<string, unknown> =
    typeof own === 'object' && own !== null && !Array.isArray(own) ? { ...own } : {};
  define(tree, name, branch);
  assign(branch, rest, value);
}

function define(tree: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(tree, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
