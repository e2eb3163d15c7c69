import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** All tests but those of packed packages and of killed runs, which have a command of their own: `pnpm test:packed`. */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'tests/*', '!tests/consumer', '!tests/release'],
    maxWorkers: '100%',
  },
});

export default config;
