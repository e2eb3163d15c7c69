import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const conditions = ['browser', 'import', 'module', 'default'];

/**
 * The import map of a page without a bundler, `{ specifier: address }`, for all that a program imports. Our packages are
 * served as they are installed, file by file; those of others as a CDN of ES modules serves them, each in one file, since
 * some of them are CommonJS. Both are put into the folder of the page.
 */
export async function importMapOf(
  folder: string,
  program: string,
): Promise<Record<string, string>> {
  const modules = join(dirname(folder), 'node_modules');
  const imports: Record<string, string> = {};
  const wanted = bareImports(readFileSync(program, 'utf8'));
  for (const specifier of wanted) {
    if (imports[specifier]) continue;
    const [name, entry] = splitSpecifier(specifier);
    if (name.startsWith('@softmoe/')) {
      const installed = join(modules, name);
      const served = join(folder, 'modules', name);
      if (!existsSync(served)) cpSync(installed, served, { recursive: true });
      const file = fileOf(installed, entry);
      imports[specifier] = `./modules/${name}/${file}`;
      wanted.push(...importsFrom(join(installed, file)));
    } else {
      const file = `modules/${specifier}/index.mjs`;
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      wanted.push(...(await asModule(specifier, dirname(modules), join(folder, file))));
      copyWasm(join(modules, name), join(folder, 'modules', name));
      imports[specifier] = `./${file}`;
    }
  }
  return imports;
}

/** What a module and those that it reaches by addresses import of other packages. */
function importsFrom(file: string): string[] {
  const files = new Set([file]);
  const bare: string[] = [];
  for (const reached of files) {
    const text = readFileSync(reached, 'utf8');
    bare.push(...bareImports(text));
    for (const address of importsIn(text)) {
      if (address.startsWith('.')) files.add(join(dirname(reached), address));
    }
  }
  return bare;
}

/** What a text imports, by static and by dynamic imports. */
function importsIn(text: string): string[] {
  const found = text.matchAll(/(?:^|[\s;}])(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...found].map(([, specifier = '']) => specifier);
}

function bareImports(text: string): string[] {
  return importsIn(text).filter((specifier) => !/^[./]/.test(specifier));
}

function splitSpecifier(specifier: string): [name: string, entry: string] {
  const words = specifier.split('/');
  const length = specifier.startsWith('@') ? 2 : 1;
  return [words.slice(0, length).join('/'), ['.', ...words.slice(length)].join('/')];
}

type Target = string | { readonly [condition: string]: Target };

/** The file that `exports` of a package gives a page for an entry. */
function fileOf(installed: string, entry: string): string {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  let target: Target | undefined = exports[entry];
  while (typeof target === 'object') {
    const all: { readonly [condition: string]: Target } = target;
    target = Object.entries(all).find(([condition]) => conditions.includes(condition))?.[1];
  }
  if (!target) throw new Error(`${installed} does not export ${entry}`);
  return target.slice(2);
}

/** Brings the WebAssembly files of a package along, which are no modules. */
function copyWasm(installed: string, served: string): void {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  for (const file of files) {
    if (file.endsWith('.wasm')) cpSync(join(installed, file), join(served, file));
  }
}

/** Writes a module of another package as one ES module; gives what that imports of further packages. */
async function asModule(
  specifier: string,
  absWorkingDir: string,
  outfile: string,
): Promise<string[]> {
  const [own] = splitSpecifier(specifier);
  const further: string[] = [];
  const apart: Plugin = {
    name: 'other packages stay apart',
    setup: (setup) =>
      setup.onResolve({ filter: /^[^./]/ }, ({ path, kind, pluginData }) => {
        if (pluginData === 'own' || splitSpecifier(path)[0] === own || kind === 'entry-point')
          return;
        if (kind === 'require-call') return; // CommonJS within CommonJS: in the same file
        further.push(path);
        return { path, external: true };
      }),
  };
  await build({
    entryPoints: [specifier],
    absWorkingDir,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    plugins: [apart],
    logLevel: 'silent',
  });
  return further;
}
