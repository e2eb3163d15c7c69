// Photographs each phase of the story in the built app, and a report that the built command makes, for the README and docs:
// node scripts/screenshots.js
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { chromiumArguments, findBrowser } from '../e2e/browsers.mjs';

const PORT = 4187;
const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const command = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));
const serve = fileURLToPath(new URL('./serve.js', import.meta.url));
mkdirSync(folder, { recursive: true });

const server = spawn(process.execPath, [serve, '--port', String(PORT)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise((resolve) => server.stdout.once('data', resolve));
const executablePath = findBrowser('chromium');
const browser = await chromium.launch({
  args: chromiumArguments,
  ...(executablePath ? { executablePath } : {}),
});

/** Takes the story to a phase, and a picture of the figures that tell of it. */
async function photograph(name, { width, height, colorScheme, act, top }) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(`http://localhost:${PORT}/#preset=story`);
  await act(page);
  await page.waitForTimeout(500);
  await page.evaluate((id) => {
    const target = id ? document.getElementById(id) : document.body;
    const bar = id ? document.querySelector('.bar')?.clientHeight : 0;
    scrollTo(0, (target?.getBoundingClientRect().top ?? 0) + scrollY - (bar ?? 0) - (id ? 12 : 0));
  }, top);
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}${name}.png` });
  await page.close();
  console.log(`${name}.png`);
}

/** The head of the report of a run, down to the caption of its first figure. */
async function photographReport(preset) {
  const parent = mkdtempSync(join(tmpdir(), 'softmoe-report-'));
  const run = join(parent, preset);
  execFileSync(process.execPath, [command, 'run', preset, '--quiet', '--out', run]);
  execFileSync(process.execPath, [command, 'report', run]);
  const page = await browser.newPage({ viewport: { width: 960, height: 800 } });
  await page.goto(String(pathToFileURL(join(run, 'report.html'))));
  const caption = await page.locator('figcaption').first().boundingBox();
  const height = Math.ceil(caption.y + caption.height + 24);
  await page.setViewportSize({ width: 960, height });
  await page.screenshot({ path: `${folder}report.png` });
  await page.close();
  rmSync(parent, { recursive: true });
  console.log('report.png');
}

const max = (page) => page.getByLabel('Speed').selectOption({ label: 'max' });
const trained = (page) => page.waitForSelector('[data-testid=prune].primary');
const pruned = async (page) => {
  await max(page);
  await trained(page);
  await page.getByTestId('prune').click();
  await page.waitForSelector('[data-testid=finetune].primary');
};
const finetuned = async (page) => {
  await pruned(page);
  await page.getByTestId('finetune').click();
  await page.waitForSelector('.verdict');
};
const desk = { width: 1280, height: 800, colorScheme: 'light' };

await photograph('learn', {
  ...desk,
  act: (page) =>
    page
      .getByText(/^Routers follow: 2/)
      .first()
      .waitFor(),
});
await photograph('prune', { ...desk, act: pruned, top: 'loss' });
await photograph('fine-tune', { ...desk, colorScheme: 'dark', act: finetuned, top: 'loss' });
await photograph('certificate', { ...desk, act: finetuned, top: 'certificate' });
await photographReport('canonical');
await browser.close();
server.kill();
