import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { packAll } from '../../house/src/packed.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder with one tarball a package. */
    tarballs: string;
  }
}

/** Packs every package once, before all tests, into a folder of its own. */
export default function setup(project: TestProject): () => void {
  const tarballs = mkdtempSync(join(tmpdir(), 'softmoe-pack-'));
  packAll(fileURLToPath(new URL('../../..', import.meta.url)), tarballs);
  project.provide('tarballs', tarballs);
  return () => rmSync(tarballs, { recursive: true, force: true });
}
