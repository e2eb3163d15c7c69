import { expect, type Page, test, trained } from './page.ts';

/** What an observer in the page has seen; times in milliseconds on the clock. */
interface Seen {
  /** Tasks of the main thread of over 50 ms, as browsers report them. */
  readonly long: { readonly at: number; readonly took: number }[];
  readonly frames: number[];
}

/**
 * Other programs on a busy machine only ever add to the clock. A run is the same every time, so that what the page itself
 * takes shows in every run, and at the same second of each: what some run does without is not the page's.
 */
const RUNS = 5;

test('paints at once, and draws canonical without long tasks', async ({ page }, info) => {
  test.setTimeout(120_000);
  await page.addInitScript(() => {
    const seen: Seen = { long: [], frames: [] };
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        seen.long.push({ at: startTime, took: duration });
      }
    }).observe({ type: 'longtask', buffered: true });
  });
  const runs: Awaited<ReturnType<typeof measure>>[] = [];
  const best = (of: 'paint' | 'started' | 'median' | 'p95') =>
    Math.min(...runs.map((run) => run[of]));
  const inEvery = () =>
    [...runs[0]!.longSeconds].filter((second) => runs.every((run) => run.longSeconds.has(second)));
  do runs.push(await measure(page));
  while (runs.length < RUNS && (inEvery().length > 0 || best('p95') > 33.4));
  const told = JSON.stringify(runs.map(({ longSeconds: _, ...run }) => run));
  info.annotations.push({ type: 'measured', description: told });
  console.log('measured', told);
  expect(inEvery(), told).toEqual([]);
  expect(best('paint'), told).toBeLessThanOrEqual(1000);
  expect(best('started'), told).toBeLessThanOrEqual(2000);
  expect(best('median'), told).toBeLessThanOrEqual(17);
  expect(best('p95'), told).toBeLessThanOrEqual(33.4);
});

/** One run of canonical at the page's own pace, from a new load of the page. */
async function measure(page: Page) {
  await page.goto('about:blank');
  await page.goto('./#preset=canonical');
  await expect(page.getByTestId('progress')).not.toHaveText('t = 0.0', { timeout: 5000 });
  const started = await page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: Seen };
    let last = performance.now();
    const tick = (now: number) => {
      seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    return performance.now();
  });
  await trained(page);
  const [{ long, frames }, paint] = await page.evaluate(() => [
    (globalThis as unknown as { seen: Seen }).seen,
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
  ]);
  expect(frames.length).toBeGreaterThan(100);
  const sorted = frames.slice(2).sort((a, b) => a - b);
  const at = (share: number) => Math.round(10 * sorted[Math.floor(share * sorted.length)]!) / 10;
  // From when training shows; loading the page is before.
  const late = long.filter((task) => task.at > started);
  const seconds = late.map((task) => Math.floor((task.at - started) / 1000));
  return {
    paint,
    started: Math.round(started),
    frames: sorted.length,
    median: at(0.5),
    p95: at(0.95),
    long: late.map(({ took }) => took),
    /** Seconds of the run with a long task. */
    longSeconds: new Set(seconds),
  };
}
