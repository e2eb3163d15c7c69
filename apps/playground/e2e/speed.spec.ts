import { expect, test, trained } from './page.ts';

// A busy machine measures itself rather than the page.
test.describe.configure({ retries: 2 });

interface Probe {
  frames: number[];
  long: number[];
}

test('paints at once, and draws canonical without long tasks', async ({ page }, info) => {
  await page.addInitScript(() => {
    const probe: Probe = { frames: [], long: [] };
    Object.assign(globalThis, { probe });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) probe.long.push(entry.duration);
    }).observe({ type: 'longtask' });
  });
  await page.goto('./#preset=canonical');
  await expect(page.getByTestId('progress')).not.toHaveText('t = 0.0', { timeout: 5000 });
  const started = await page.evaluate(() => performance.now());
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  );
  await page.evaluate(() => {
    const { probe } = globalThis as unknown as { probe: Probe };
    probe.long.length = 0;
    let last = performance.now();
    const tick = (now: number) => {
      probe.frames.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await trained(page);
  const { frames, long } = await page.evaluate(
    () => (globalThis as unknown as { probe: Probe }).probe,
  );
  const sorted = frames.slice(2).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const told = { paint, started, frames: sorted.length, median: at(0.5), p95: at(0.95), long };
  info.annotations.push({ type: 'measured', description: JSON.stringify(told) });
  console.log('measured', JSON.stringify(told));
  expect(frames.length).toBeGreaterThan(100);
  expect(long).toEqual([]);
});
