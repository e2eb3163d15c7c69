import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * Packs the built packages, installs them as a user would, rehearses a release, and kills runs and sweeps of the built
 * command at random moments.
 */
const config: ViteUserConfig = defineConfig({
  test: { projects: ['tests/consumer', 'tests/release', 'bench'], maxWorkers: '100%' },
});

export default config;
