import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Packs and installs the built packages as a user would: build first (`pnpm test:packed` does). */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    globalSetup: ['src/pack.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

export default config;
