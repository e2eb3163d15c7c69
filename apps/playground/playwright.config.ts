import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';
import { chromiumArguments, findChromium } from './e2e/chromium.mjs';

const PORT = 4179;
const executablePath = findChromium();

/** The built app under a path of its own, as a static host would serve it. */
const config: PlaywrightTestConfig = defineConfig({
  testDir: 'e2e',
  workers: 1,
  timeout: 40_000,
  reporter: [['list'], ['json', { outputFile: 'dist-e2e/report.json' }]],
  outputDir: 'dist-e2e/results',
  use: {
    baseURL: `http://localhost:${PORT}/some/path/`,
    browserName: 'chromium',
    launchOptions: {
      args: chromiumArguments,
      ...(executablePath === undefined ? {} : { executablePath }),
    },
  },
  webServer: {
    command: `node scripts/serve.js --port ${PORT} --base /some/path/`,
    url: `http://localhost:${PORT}/some/path/`,
    reuseExistingServer: false,
  },
});

export default config;
