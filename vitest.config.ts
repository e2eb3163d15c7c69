import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** All tests but the rehearsal of a release, which has a command of its own: `pnpm test:release`. */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'tests/*', '!tests/release', 'bench'],
    maxWorkers: '100%',
  },
});

export default config;
