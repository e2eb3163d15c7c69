import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** The consumer matrix: `pnpm test:consumers`. Too long for `npm test`, which runs a part of it in ../src. */
const config: ViteUserConfig = defineConfig({
  test: {
    name: 'consumers',
    root: import.meta.dirname,
    include: ['*.matrix.ts'],
    globalSetup: ['setup.ts'],
    reporters: ['default', './table.ts'],
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});

export default config;
