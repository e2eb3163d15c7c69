import { test as unwatched } from '@playwright/test';
import { expect, fast, open, test, trained } from './page.ts';

test('works offline once loaded', async ({ page, context }) => {
  await open(page, 'preset=quick');
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await context.setOffline(true);
  await page.goto('about:blank');
  await page.goto('./#preset=quick&seed=8');
  await fast(page);
  await trained(page);
});

test('two builds on one host keep each other’s files and sessions', async ({ page, context }) => {
  const keep = async (address: string, hash: string) => {
    await page.goto(`${address}#${hash}`);
    await fast(page);
    await trained(page);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
  };
  await keep('/some/path/', 'preset=quick&seed=2');
  await keep('/other/', 'preset=quick&seed=3');
  const names = await page.evaluate(() => caches.keys());
  expect(names.filter((name) => name.includes('/some/path/ #'))).toHaveLength(1);
  expect(names.filter((name) => name.includes('/other/ #'))).toHaveLength(1);
  await context.setOffline(true);
  for (const [address, seed] of [
    ['/some/path/', '8'],
    ['/other/', '9'],
  ]) {
    await page.goto('about:blank');
    await page.goto(`${address}#preset=quick&seed=${seed}`);
    await expect(page).toHaveURL(new RegExp(`seed=${seed}&`));
    await trained(page);
  }
});

test('does without WebAssembly SIMD, and says so', async ({ page }) => {
  await page.addInitScript(() => {
    WebAssembly.validate = () => false;
  });
  await open(page, 'preset=quick');
  await trained(page);
  await expect(page.getByText(/no WebAssembly SIMD/)).toBeVisible();
});

// The violation is on the console, as it should be.
unwatched('needs no cross-origin isolation, and runs no inline script', async ({ page }) => {
  await open(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  const policy = page.locator('meta[http-equiv="Content-Security-Policy"]');
  expect(await policy.getAttribute('content')).toContain("script-src 'self' 'wasm-unsafe-eval'");
  const evaluated = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true';
    const violated = new Promise<string>((resolve) => {
      addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
    });
    document.head.append(script);
    return violated.then((directive) => [directive, 'ran' in globalThis]);
  });
  expect(evaluated).toEqual([expect.stringMatching(/^script-src/), false]);
});

// The failure is on the console, as it should be. A service worker would have the worker's file at hand.
unwatched.describe('without its worker', () => {
  unwatched.use({ serviceWorkers: 'block' });
  for (const [what, sentence] of [
    ['blocked', /could not be started/],
    ['missing', /has no web workers/],
  ] as const) {
    unwatched(`says so where its worker is ${what}`, async ({ page }) => {
      if (what === 'blocked') await page.route(/worker-/, (route) => route.abort());
      else await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'Worker'));
      await page.goto('./#preset=quick');
      await expect(page.getByTestId('error')).toContainText(sentence);
      await expect(page.getByTestId('narration')).toHaveText('It could not start');
      await page.getByRole('button', { name: 'Run the sweep' }).click();
      await expect(page.getByTestId('sweep')).toContainText(sentence);
      if (what === 'missing') return;
      await page.unroute(/worker-/);
      await page.getByTestId('play').click();
      await expect(page.getByTestId('progress')).not.toHaveText('t = 0.0');
      await expect(page.getByTestId('error')).toHaveCount(0);
    });
  }
});
