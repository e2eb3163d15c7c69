import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What a page brings itself, or a program finds beside it: peers. */
const PEERS = ['@tensorflow/*', '@softmoe/queue'];

/**
 * What all of a package's entry weighs in a bundle: minified and gzipped bytes, and the minified bytes of what carries them,
 * by the package that it comes from. Made by esbuild from the sources, so that nothing has to be built.
 * @param {string} folder of the package
 */
export async function bundleOf(folder) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(folder, 'src/index.ts')],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@softmoe/source', 'import', 'module', 'default'],
    external: [...PEERS, ...builtinModules, 'node:*'],
    logLevel: 'error',
  });
  const { contents } = outputFiles[0];
  /** @type {Record<string, number>} */
  const carriers = {};
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = ownerOf(path);
      carriers[name] = (carriers[name] ?? 0) + bytesInOutput;
    }
  }
  return { gzip: gzipSync(contents, { level: 9 }).length, minified: contents.length, carriers };
}

/** @param {string} path of a module */
function ownerOf(path) {
  const [, dependency] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return dependency ?? /packages\/([^/]+)/.exec(path)?.[1] ?? path;
}

/** The packages of a checkout that are libraries, by name of their folder. @param {string} root */
export function librariesOf(root) {
  return readdirSync(join(root, 'packages')).filter((name) => {
    const manifest = join(root, 'packages', name, 'package.json');
    return existsSync(manifest) && !JSON.parse(readFileSync(manifest, 'utf8')).bin;
  });
}
