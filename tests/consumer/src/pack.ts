import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder with one tarball a package. */
    tarballs: string;
  }
}

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url));

/** Packs every package once, before all tests, into a folder of its own. */
export default function setup(project: TestProject): () => void {
  const tarballs = mkdtempSync(join(tmpdir(), 'softmoe-pack-'));
  for (const name of readdirSync(packages)) {
    if (!existsSync(join(packages, name, 'package.json'))) continue;
    if (!existsSync(join(packages, name, 'dist'))) {
      throw new Error(`packages/${name} is not built: run \`pnpm build\` first`);
    }
    execFileSync('npx', ['-y', 'pnpm@12.21.0', 'pack', '--pack-destination', tarballs], {
      cwd: join(packages, name),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  project.provide('tarballs', tarballs);
  return () => rmSync(tarballs, { recursive: true, force: true });
}
