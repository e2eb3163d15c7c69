import { expect, test, trained } from './page.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Longest task of the page's main thread in a trace: on the clock, and of the processor, in milliseconds. */
function longestTask(trace: Buffer): { clock: number; processor: number } {
  const events: TraceEvent[] = JSON.parse(trace.toString()).traceEvents;
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(
    ({ name, ph, pid, tid }) =>
      ph === 'X' && name.endsWith('RunTask') && mains.has(`${pid} ${tid}`),
  );
  expect(tasks.length).toBeGreaterThan(100);
  const most = (kind: 'dur' | 'tdur') => Math.max(...tasks.map((task) => (task[kind] ?? 0) / 1000));
  return { clock: most('dur'), processor: most('tdur') };
}

test('paints at once, and draws canonical without long tasks', async ({ page, browser }, info) => {
  await page.goto('./#preset=canonical');
  await expect(page.getByTestId('progress')).not.toHaveText('t = 0.0', { timeout: 5000 });
  const started = await page.evaluate(() => performance.now());
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  );
  await browser.startTracing(page, { categories: ['toplevel'] });
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(globalThis, { frames });
    let last = performance.now();
    const tick = (now: number) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await trained(page);
  const longest = longestTask(await browser.stopTracing());
  const frames = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames);
  const sorted = frames.slice(2).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
  const told = { paint, started, frames: sorted.length, median: at(0.5), p95: at(0.95), longest };
  info.annotations.push({ type: 'measured', description: JSON.stringify(told) });
  console.log('measured', JSON.stringify(told));
  expect(frames.length).toBeGreaterThan(100);
  // Of the processor: what other programs took of the clock is not the page's.
  expect(longest.processor).toBeGreaterThan(0);
  expect(longest.processor).toBeLessThan(50);
});
