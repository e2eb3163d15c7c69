import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Packs the built packages, installs them as a user would, and rehearses a release. */
const config: ViteUserConfig = defineConfig({
  test: { projects: ['tests/consumer', 'tests/release'], maxWorkers: '100%' },
});

export default config;
