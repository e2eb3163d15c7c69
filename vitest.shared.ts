import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests run on sources: every workspace import resolves to `src` through this condition, so nothing has to be built. */
const conditions = ['@softmoe/source', 'node', 'import', 'module', 'default'];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});

export default config;
