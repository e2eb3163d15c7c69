import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { packAll } from '../../house/src/packed.js';
import { packages } from './instructions.ts';
import { install } from './user.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder with one tarball a package. */
    tarballs: string;
    /** Folder of a user who has installed every library. */
    libraries: string;
  }
}

/** Packs every package once, before all tests, into a folder of its own, and installs all libraries in another. */
export default function setup(project: TestProject): () => void {
  const tarballs = mkdtempSync(join(tmpdir(), 'softmoe-pack-'));
  packAll(fileURLToPath(new URL('../../..', import.meta.url)), tarballs);
  const user = install(tarballs, ...packages.map((name) => `@softmoe/${name}`));
  project.provide('tarballs', tarballs);
  project.provide('libraries', user.path);
  return () => {
    user.remove();
    rmSync(tarballs, { recursive: true, force: true });
  };
}
