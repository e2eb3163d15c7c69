// How fast the playground's page is in Chromium, as it is built: each run is a new load and a run at the page's own pace.
// pnpm --filter @softmoe/bench page [--runs 5] [--preset canonical]
// Chromium is that of the system: CHROMIUM, or the first on the path. Other programs only ever add to the clock: compare
// the least of several runs, on a quiet machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumArguments, findBrowser } from '../../apps/playground/e2e/browsers.mjs';
import { printTable } from './table.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    preset: { type: 'string', default: 'canonical' },
  },
});
const PORT = 4193;

const serve = fileURLToPath(new URL('../../apps/playground/scripts/serve.js', import.meta.url));
const server = spawn(process.execPath, [serve, '--port', String(PORT)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const executablePath = findBrowser('chromium');
if (!executablePath) throw new Error('needs Chromium: put it on the PATH, or its path in CHROMIUM');
const browser = await chromium.launch({ executablePath, args: chromiumArguments });
try {
  await once(server.stdout, 'data');
  const runs = [];
  while (runs.length < Number(values.runs)) runs.push(await measure());
  const columns = Object.keys(runs[0]);
  const least = columns.map((name) => Math.min(...runs.map((run) => run[name])));
  console.log(`${values.preset} in Chromium ${browser.version()}, milliseconds:`);
  printTable(
    ['run', ...columns],
    [...runs.map((run, i) => [i + 1, ...Object.values(run)]), ['least', ...least]],
  );
} finally {
  await browser.close();
  server.kill();
}

/**
 * First paint and the first record shown, both since the page was asked for; then, until training has ended, times between
 * animation frames, and tasks of over 50 ms on the main thread: how many, and the longest.
 */
async function measure() {
  const page = await browser.newPage();
  await page.addInitScript(observe);
  await page.goto(`http://localhost:${PORT}/#preset=${values.preset}`);
  await page.waitForFunction(() => globalThis.seen.started !== undefined);
  await page.locator('[data-testid=prune].primary').waitFor({ timeout: 0 });
  const { paint, started, frames, tasks } = await page.evaluate(() => ({
    ...globalThis.seen,
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  }));
  await page.close();
  frames.sort((a, b) => a - b);
  const at = (share) => Math.round(10 * frames[Math.floor(share * frames.length)]) / 10;
  const long = tasks.filter((task) => task.at > started).map(({ took }) => took);
  return {
    'first paint': Math.round(paint),
    'story runs': Math.round(started),
    'frame, median': at(0.5),
    '95th percentile': at(0.95),
    'long tasks': long.length,
    'longest task': long.reduce((most, took) => Math.max(most, took), 0),
  };
}

/** Runs in the page before any of its own code. */
function observe() {
  const seen = { started: undefined, frames: [], tasks: [] };
  globalThis.seen = seen;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      seen.tasks.push({ at: startTime, took: duration });
    }
  }).observe({ type: 'longtask', buffered: true });
  let last;
  const tick = (now) => {
    if (seen.started === undefined) {
      const shown = document.querySelector('[data-testid=progress]')?.textContent;
      if (shown && shown !== 't = 0.0') seen.started = now;
    } else if (last !== undefined) seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
