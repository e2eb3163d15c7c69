import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { type ImportSpecifier, initSync, parse } from 'es-module-lexer';
import { WorkerError } from './errors.ts';

/** A name that a module takes from another: by `import`, or to export it again. */
interface Binding {
  readonly verb: 'import' | 'export';
  /** What the module calls it: a name, or the words of the statement where all of the other module is taken. */
  readonly local: string;
  readonly specifier: string;
  /** What the other module calls it, `*` for all of it. */
  readonly name: string;
}

/** What a module loads by a dynamic import, `import.meta.resolve('…')` or `new URL('…', import.meta.url)`. */
export interface Load {
  readonly specifier: string;
  /** Whether it is an address rather than the name of a module. */
  readonly isUrl: boolean;
}

/** What a file of code says, apart from where it finds the files that it loads. */
export interface ModuleText {
  /** SHA-256 of its text without static imports, and without the addresses of what it loads otherwise. */
  readonly text: string;
  readonly bindings: readonly Binding[];
  /** In the order of the text. */
  readonly loads: readonly Load[];
  /** Whether it does nothing but export what it imports. */
  readonly isFacade: boolean;
}

const CODE = /\.m?[jt]s$/;

/** Reads a file: an ES module, or bytes such as those of a `.wasm`. Throws the errors of the file system and of the lexer. */
export function readModule(path: string): ModuleText {
  if (!CODE.test(path)) {
    return { text: sha256(readFileSync(path)), bindings: [], loads: [], isFacade: false };
  }
  const source = withoutTypes(readFileSync(path, 'utf8'), path);
  initSync();
  const [imports, , isFacade] = parse(source, path);
  const bindings: Binding[] = [];
  const loads: Load[] = [];
  let text = '';
  let at = 0;
  const leaveOut = (from: number, to: number) => {
    text += source.slice(at, from);
    at = to;
  };
  for (const found of imports) {
    if (isStatic(found)) {
      bindings.push(...bindingsIn(source.slice(found.ss, found.s - 1), found.n!));
      leaveOut(found.ss, endOfStatement(source, found.se));
      continue;
    }
    const address = found.d >= 0 ? dynamicImport(found) : addressBeside(source, found);
    if (!address) continue;
    loads.push({ specifier: address.specifier, isUrl: address.isUrl });
    leaveOut(address.from, address.to);
  }
  leaveOut(source.length, source.length);
  return { text: sha256(text.replace(SOURCE_MAP, '')), bindings, loads, isFacade };
}

/** Names the map by the file's name, which is not what it says. */
const SOURCE_MAP = /\n\/\/# sourceMappingURL=\S*\s*$/;

function isStatic({ n, d }: ImportSpecifier): boolean {
  return n !== undefined && d === -1;
}

/** Where a statement ends that the lexer saw until `end`: behind its semicolon and its line. */
function endOfStatement(source: string, end: number): number {
  const rest = /;?[^\S\n]*\n?/y;
  rest.lastIndex = end;
  return end + rest.exec(source)![0].length;
}

/** A load, and where its address stands in the text. */
interface Address extends Load {
  readonly from: number;
  readonly to: number;
}

function dynamicImport({ n, s, e }: ImportSpecifier): Address | undefined {
  return n === undefined ? undefined : { specifier: n, isUrl: false, from: s, to: e };
}

/** The address in `new URL('…', import.meta.url)` or `import.meta.resolve('…')` around an `import.meta`. */
function addressBeside(source: string, { s, e }: ImportSpecifier): Address | undefined {
  const start = Math.max(0, s - 1000);
  const url = /^\.url\s*\)/.test(source.slice(e, e + 100))
    ? /new\s+URL\(\s*((['"])[^'"\n]+\2)\s*,\s*$/.exec(source.slice(start, s))
    : null;
  const call = /^\.resolve\(\s*((['"])[^'"\n]+\2)\s*\)/.exec(source.slice(e, e + 1000));
  return quotedIn(url, start, true) ?? quotedIn(call, e, false);
}

/** The address that stands in quotes in the first group of a match, in the text that begins at `start` of the source. */
function quotedIn(
  match: RegExpExecArray | null,
  start: number,
  isUrl: boolean,
): Address | undefined {
  const [text, quoted] = match ?? [];
  if (!match || text === undefined || quoted === undefined) return undefined;
  const from = start + match.index + text.indexOf(quoted);
  return { specifier: quoted.slice(1, -1), isUrl, from, to: from + quoted.length };
}

const CLAUSE =
  /^(import|export)\s*(?:([\w$]+)\s*,?\s*)?(?:\*\s*as\s+([\w$]+)\s*|(\*)\s*|\{([^}]*)\}\s*)?(?:from\s*)?$/;

/** The names in `import a, { b as c } from` and the like; what cannot be taken apart takes all of the other module. */
function bindingsIn(statement: string, specifier: string): Binding[] {
  const verb = statement.startsWith('export') ? 'export' : 'import';
  const whole = [{ verb, local: statement, specifier, name: '*' }] as const;
  const [, , defaultName, namespace, star, list] = CLAUSE.exec(statement) ?? [];
  if (star) return [...whole];
  const names = (list ?? '').split(',').flatMap((part) => part.trim() || []);
  const pairs = names.map((part) => /^([\w$]+)(?:\s+as\s+([\w$]+))?$/.exec(part));
  if (pairs.includes(null)) return [...whole];
  const found = [
    ...(defaultName ? [{ local: defaultName, name: 'default' }] : []),
    ...(namespace ? [{ local: namespace, name: '*' }] : []),
    ...pairs.map((pair) => ({ local: pair![2] ?? pair![1]!, name: pair![1]! })),
  ].map((names) => ({ verb, specifier, ...names }) as const);
  return found.length > 0 ? found : [...whole];
}

/** What Node runs of a file: of TypeScript, the text without its types. */
function withoutTypes(source: string, path: string): string {
  if (!path.endsWith('ts')) return source;
  const { stripTypeScriptTypes } = module as { stripTypeScriptTypes?: (code: string) => string };
  if (stripTypeScriptTypes) return stripTypeScriptTypes(source);
  throw new WorkerError('is TypeScript, which this version of Node does not run', {
    field: 'worker',
    value: path,
    remedy: 'Build it to JavaScript first, or use Node 22.18 or later.',
  });
}

/** The SHA-256 of text or bytes, in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
