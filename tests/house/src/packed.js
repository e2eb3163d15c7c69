import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Packs every package of the checkout at `root`, which has to be built, into the folder `tarballs`, one file a package, as they would
 * be published: prepared by what `prepack` does beside the build.
 * @param {string} root
 * @param {string} tarballs
 */
export function packAll(root, tarballs) {
  const packages = join(root, 'packages');
  for (const name of readdirSync(packages)) {
    if (!existsSync(join(packages, name, 'package.json'))) continue;
    /** @type {import('node:child_process').ExecFileSyncOptions} */
    const inPackage = { cwd: join(packages, name), stdio: ['ignore', 'ignore', 'inherit'] };
    execFileSync('node', [join(root, 'scripts', 'prepack.mjs')], inPackage);
    execFileSync(
      'npx',
      [
        '-y',
        'pnpm@12.21.0',
        '--config.ignore-scripts=true',
        'pack',
        '--pack-destination',
        tarballs,
      ],
      inPackage,
    );
  }
}

/**
 * What the package.json of a project says that depends on the packed packages of these names. All other tarballs are
 * offered as overrides, as a registry would offer them, so that only what the named packages ask for is installed.
 * @param {string} tarballs
 * @param {readonly string[]} names
 */
export function dependenciesOn(tarballs, names) {
  const files = new Map(
    readdirSync(tarballs).map((file) => {
      const name = file.replace(/-\d.*$/, '').replace(/^softmoe-/, '@softmoe/');
      return [name, `file:${join(tarballs, file)}`];
    }),
  );
  /** @type {Record<string, string>} */
  const dependencies = {};
  for (const name of names) {
    const file = files.get(name);
    if (!file) throw new Error(`no tarball of ${name}`);
    dependencies[name] = file;
    files.delete(name);
  }
  return { dependencies, overrides: Object.fromEntries(files) };
}
