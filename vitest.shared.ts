import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests run on sources: every workspace import resolves to `src` through this condition, so nothing has to be built. */
const conditions = ['@softmoe/source', 'node', 'import', 'module', 'default'];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  // These end what hangs. No test depends on how fast a machine is.
  test: {
    include: ['src/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});

export default config;
