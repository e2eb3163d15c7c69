import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: { projects: ['packages/*', 'apps/*', 'tests/*', 'bench'], maxWorkers: '100%' },
});

export default config;
