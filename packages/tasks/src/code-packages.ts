import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { moduleResolve } from 'import-meta-resolve';

/** What a package.json says of the files beside and below it. */
interface Package {
  readonly name: string;
  readonly version: string;
  /** Whether its modules do nothing unless something of them is used: `"sideEffects": false`. */
  readonly isPure: boolean;
}

/** Where imports lead, as Node finds it, and which package that is. */
export interface PackageReader {
  /** The address that a specifier in the module at `from` stands for, links followed. Throws the errors of Node. */
  resolve(specifier: string, from: string): string;
  packageOf(address: string): Package;
}

/** The conditions of Node without any that this process was given: worker threads don't have them. */
const CONDITIONS = new Set(['node', 'import']);

/** A reader that looks at each package.json, and for each import, once. */
export function createPackageReader(): PackageReader {
  const packages = new Map<string, Package>();
  const addresses = new Map<string, string>();
  return {
    resolve(specifier, from) {
      return remember(addresses, `${from}\0${specifier}`, () => resolveAsNode(specifier, from));
    },
    packageOf(address) {
      return remember(packages, dirname(address), () =>
        readPackage(dirname(fileURLToPath(address))),
      );
    },
  };
}

function resolveAsNode(specifier: string, from: string): string {
  if (builtinModules.includes(specifier)) return `node:${specifier}`;
  const isBeside = /^\.{1,2}\//.test(specifier);
  const base = new URL(from);
  return (isBeside ? new URL(specifier, base) : moduleResolve(specifier, base, CONDITIONS)).href;
}

/** The address of a file, links followed. Throws where there is none. */
export function realAddress(url: URL): string {
  return pathToFileURL(realpathSync(fileURLToPath(url))).href;
}

/** The nearest package.json with a name: others only say how Node reads the files. */
function readPackage(folder: string): Package {
  const path = join(folder, 'package.json');
  const { name, version, sideEffects }: Record<string, unknown> = existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : {};
  if (name !== undefined) {
    return { name: `${name}`, version: `${version}`, isPure: sideEffects === false };
  }
  const parent = dirname(folder);
  return parent === folder ? { name: '', version: '', isPure: false } : readPackage(parent);
}

/** The value kept under a key, made where there is none. */
export function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
