import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';
import { chromiumArguments, findBrowser } from './e2e/browsers.mjs';

const PORT = 4179;
const chromium = findBrowser('chromium');
const firefox = findBrowser('firefox');

/**
 * The built app under two paths of one host, as a static host would serve it; in Firefox too where there is one.
 * Nothing glides: what is clicked on a page that scrolls is missed.
 */
const config: PlaywrightTestConfig = defineConfig({
  testDir: 'e2e',
  workers: 1,
  // These end what hangs. No test depends on how fast a machine is.
  timeout: 90_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: 'dist-e2e/report.json' }]],
  outputDir: 'dist-e2e/results',
  use: { baseURL: `http://localhost:${PORT}/some/path/` },
  projects: [
    {
      name: 'chromium',
      use: {
        browserName: 'chromium',
        launchOptions: {
          args: [...chromiumArguments, '--disable-smooth-scrolling'],
          ...(chromium === undefined ? {} : { executablePath: chromium }),
        },
      },
    },
    ...(firefox === undefined
      ? []
      : [
          {
            name: 'firefox',
            testMatch: [
              'smoke.spec.ts',
              'controls.spec.ts',
              'access.spec.ts',
              'motion.spec.ts',
              'anywhere.spec.ts',
              'backend.spec.ts',
            ],
            use: {
              browserName: 'firefox',
              channel: 'moz-firefox',
              launchOptions: {
                executablePath: firefox,
                firefoxUserPrefs: { 'general.smoothScroll': false },
              },
            } as const,
          },
        ]),
  ],
  webServer: {
    command: `node scripts/serve.js --port ${PORT} --base /some/path/ --base /other/`,
    url: `http://localhost:${PORT}/some/path/`,
    reuseExistingServer: false,
  },
});

export default config;
