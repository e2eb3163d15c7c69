import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';
import { chromiumArguments, findBrowser } from '../playground/e2e/browsers.mjs';

const PORT = 4178;
const executablePath = findBrowser('chromium');

/** The built site in Chromium. */
const config: PlaywrightTestConfig = defineConfig({
  testDir: 'e2e',
  workers: 1,
  // These end what hangs. No test depends on how fast a machine is.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: 'dist-e2e/report.json' }]],
  outputDir: 'dist-e2e/results',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    browserName: 'chromium',
    launchOptions: {
      args: chromiumArguments,
      ...(executablePath === undefined ? {} : { executablePath }),
    },
  },
  webServer: {
    command: `node_modules/.bin/vitepress preview --port ${PORT}`,
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
  },
});

export default config;
