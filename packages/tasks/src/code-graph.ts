import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createPackageReader, type PackageReader, realAddress, remember } from './code-packages.ts';
import { type Load, type ModuleText, readModule } from './module-text.ts';
import type { ModuleExport } from './task.ts';

/** What one piece of code takes of another. */
export interface CodeLink {
  /** What the code that takes it calls it, or the place in its text where it loads it. */
  readonly as: string;
  /** The other one: the address of a file, `name@version` of an installed package, `node:…` or `absent …`. */
  readonly to: string;
  /** What it is called there, `*` for all of it. */
  readonly name: string;
}

/** A file, an installed package or a module of Node. */
interface CodeNode {
  /** What it says, as a hash, wherever it is. */
  readonly text: string;
  readonly links: readonly CodeLink[];
}

/** Code and the code that it imports, each file read once, when it is reached. */
export interface CodeGraph {
  link(as: string, root: ModuleExport): CodeLink;
  /** What links reach, and what that reaches, by its key. */
  reached(links: readonly CodeLink[]): ReadonlyMap<string, CodeNode>;
}

/**
 * Follows static and dynamic imports, re-exports and files named by `new URL('…', import.meta.url)` to the files that define what is
 * imported: through packages of softmoe, those of `roots`, and those that are linked in a workspace. Other packages count by
 * name and version, modules of Node by name. Imports whose address is computed are not seen.
 */
export function createCodeGraph(roots: readonly ModuleExport[]): CodeGraph {
  const packages = createPackageReader();
  const own = new Set(roots.map(({ module }) => packages.packageOf(realAddress(module)).name));
  const modules = new Map<string, ModuleText>();
  const nodes = new Map<string, CodeNode>();
  const moduleAt = (address: string) =>
    remember(modules, address, () => readModule(fileURLToPath(address)));

  /** Packages of others are one node each. */
  const keyOf = (address: string) => {
    if (!address.includes('/node_modules/')) return address;
    const { name, version } = packages.packageOf(address);
    return own.has(name) || OURS.test(name) ? address : `${name}@${version}`;
  };

  /** Looks for the file that defines `name`, through those that only re-export in packages without side effects. */
  const linkTo = (as: string, address: string, name: string): CodeLink => {
    const to = keyOf(address);
    const link = { as, to, name };
    if (name === '*' || !isFile(to)) return link;
    const { isFacade, bindings } = moduleAt(to);
    if (!isFacade || !packages.packageOf(to).isPure) return link;
    const found = bindings.find(({ verb, local }) => verb === 'export' && local === name);
    return found ? linkTo(as, packages.resolve(found.specifier, to), found.name) : link;
  };

  const loadFrom = (from: string, { specifier, isUrl }: Load, place: number): CodeLink => {
    const address = isUrl ? fileBeside(specifier, from) : ifThere(packages, specifier, from);
    const to = address === undefined ? `absent ${specifier}` : keyOf(address);
    return { as: `load ${place}`, to, name: '*' };
  };

  const nodeAt = (key: string): CodeNode => {
    if (!isFile(key)) return { text: key, links: [] };
    const { text, bindings, loads } = moduleAt(key);
    const links = bindings.map(({ verb, local, specifier, name }) =>
      linkTo(`${verb} ${local}`, packages.resolve(specifier, key), name),
    );
    return { text, links: [...links, ...loads.map((load, place) => loadFrom(key, load, place))] };
  };

  return {
    link: (as, { module, name }) => linkTo(as, realAddress(module), name),
    reached(links) {
      const found = new Map<string, CodeNode>();
      const visit = ({ to }: CodeLink) => {
        if (found.has(to)) return;
        const node = remember(nodes, to, () => nodeAt(to));
        found.set(to, node);
        node.links.forEach(visit);
      };
      links.forEach(visit);
      return found;
    },
  };
}

/** Packages whose files count wherever they are installed. */
const OURS = /^(softmoe$|@softmoe\/)/;

const isFile = (key: string) => key.startsWith('file:');

function fileBeside(path: string, from: string): string | undefined {
  const url = new URL(path, from);
  const isFile = url.protocol === 'file:' && existsSync(url) && statSync(url).isFile();
  return isFile ? realAddress(url) : undefined;
}

/** A package that is loaded when it is needed may not be installed. */
function ifThere(packages: PackageReader, specifier: string, from: string): string | undefined {
  try {
    return packages.resolve(specifier, from);
  } catch {
    return undefined;
  }
}
