import { expect, test, trained } from './page.ts';

/** What an observer in the page has seen; times in milliseconds. */
interface Seen {
  /** Tasks of the main thread of over 50 ms on the clock. */
  readonly long: { readonly at: number; readonly took: number }[];
  readonly frames: number[];
}

test('paints at once, and draws canonical without long tasks', async ({ page }, info) => {
  await page.addInitScript(() => {
    const seen: Seen = { long: [], frames: [] };
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        seen.long.push({ at: startTime, took: duration });
      }
    }).observe({ type: 'longtask', buffered: true });
  });
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
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  );
  await trained(page);
  const { long, frames } = await page.evaluate(
    () => (globalThis as unknown as { seen: Seen }).seen,
  );
  const sorted = frames.slice(2).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const told = { paint, started, frames: sorted.length, median: at(0.5), p95: at(0.95), long };
  info.annotations.push({ type: 'measured', description: JSON.stringify(told) });
  console.log('measured', JSON.stringify(told));
  expect(frames.length).toBeGreaterThan(100);
  expect(long.filter((task) => task.at > started)).toEqual([]);
});
