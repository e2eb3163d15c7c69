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
