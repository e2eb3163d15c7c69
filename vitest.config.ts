import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** All tests but those of packed packages, which have a command of their own: `pnpm test:packed`. */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'tests/*', '!tests/consumer', '!tests/release', 'bench'],
    maxWorkers: '100%',
  },
});

export default config;
