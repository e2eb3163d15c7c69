// What the playground computes on, in the browsers of the system: the exact flow in JavaScript and on the SIMD kernels, page by
// page in turn, and the page's own race of one step of SGD.
// pnpm --filter @softmoe/bench engines [--rounds 3] [--preset canonical]
// Other programs only ever slow it down: the greatest of several rounds counts, on a quiet machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, firefox } from 'playwright-core';
import { chromiumArguments, findBrowser } from '../../apps/playground/e2e/browsers.mjs';
import { printTable } from './table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    preset: { type: 'string', default: 'canonical' },
  },
});
const PORT = 4194;
const VARIANTS = ['float64', 'float64-simd'];
const RACERS = ['relaxed', 'simd', 'composed', 'cpu', 'float64'];

const serve = fileURLToPath(new URL('../../apps/playground/scripts/serve.js', import.meta.url));
const server = spawn(process.execPath, [serve, '--port', String(PORT)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browsers = [
  [chromium, 'chromium', { args: chromiumArguments }],
  [firefox, 'firefox', { channel: 'moz-firefox' }],
];
try {
  await once(server.stdout, 'data');
  for (const [type, name, options] of browsers) {
    const executablePath = findBrowser(name);
    if (!executablePath) {
      console.log(`${name} is not here: put it on the PATH, or its path in ${name.toUpperCase()}`);
      continue;
    }
    const browser = await type.launch({ executablePath, ...options });
    try {
      await engines(browser, name);
      await race(browser);
    } finally {
      await browser.close();
    }
  }
} finally {
  server.kill();
}

/** Steps a second of the exact flow, alone and without a pace, until training has ended. */
async function engines(browser, name) {
  const rates = new Map(VARIANTS.map((variant) => [variant, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const variant of VARIANTS) rates.get(variant).push(await rateOf(browser, variant));
  }
  console.log(`exact flow of ${values.preset} in ${name} ${browser.version()}, steps a second:`);
  const best = VARIANTS.map((variant) => Math.max(...rates.get(variant)));
  printTable(
    ['variant', ...rates.get(VARIANTS[0]).map((_, i) => `round ${i + 1}`), 'greatest'],
    VARIANTS.map((variant, i) => [variant, ...rates.get(variant), best[i]]),
  );
  console.log(`ratio ${(best[1] / best[0]).toFixed(1)}`);
}

async function rateOf(browser, variant) {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${PORT}/#preset=${values.preset}&variant=${variant}`);
  await page.getByLabel('Beside it').selectOption('nothing');
  await page.getByLabel('Speed').selectOption({ label: 'max' });
  await page.getByRole('button', { name: 'Restart' }).click();
  await page.locator('[data-testid=prune].primary').waitFor({ timeout: 0 });
  const told = await page.getByTestId('runs-on').textContent();
  await page.close();
  const [, engine, rate, thousand] = /engine, (\S+), ([\d.]+)(K?) steps a second/.exec(told) ?? [];
  if (engine !== variant) throw new Error(`runs on something else than ${variant}: ${told}`);
  return Number(rate) * (thousand ? 1000 : 1);
}

/** The page's race, once. */
async function race(browser) {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${PORT}/#preset=quick`);
  await page.getByLabel('Speed').selectOption({ label: 'max' });
  await page.locator('[data-testid=prune].primary').waitFor({ timeout: 0 });
  await page.getByTestId('chip').click();
  await page.getByTestId('race').click();
  await page.getByText(/^All \d+ rounds are over\.$/).waitFor({ timeout: 0 });
  console.log(
    `\n${(await page.locator('caption').filter({ hasText: 'a batch of' }).textContent()).trim()}:`,
  );
  const rows = [];
  for (const racer of RACERS) {
    const row = page.getByTestId(`racer-${racer}`);
    const speed = row.getByTestId('speed');
    const why = row.locator('.why');
    rows.push([racer, (await speed.count()) ? await speed.textContent() : await why.textContent()]);
  }
  printTable(['racer', 'steps a second'], rows);
  console.log('');
  await page.close();
}
