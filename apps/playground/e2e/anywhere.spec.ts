import { test as unwatched } from '@playwright/test';
import { expect, fast, open, test, trained } from './page.ts';

test('works offline once loaded', async ({ page, context }) => {
  await open(page, 'preset=quick');
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  // Both workers are there: Firefox tells of one that is left while it loads.
  await expect(page.getByTestId('chip')).toHaveAttribute('data-backend', 'tfjs-wasm');
  await context.setOffline(true);
  await page.goto('about:blank');
  await page.goto('./#preset=quick&seed=8');
  await fast(page);
  await trained(page);
  // So does TensorFlow.js, whose files are the app's own.
  await expect(page.getByTestId('chip')).toHaveAttribute('data-backend', 'tfjs-wasm');
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

for (const [what, sentence] of [
  ['WebAssembly SIMD', /no WebAssembly SIMD, .* The exact loss runs in JavaScript/],
  ['WebAssembly', /no WebAssembly, .* The exact loss runs in JavaScript/],
] as const) {
  test(`does without ${what}, and says so`, async ({ page }) => {
    await page.addInitScript((all) => {
      WebAssembly.validate = () => false;
      if (all) Reflect.deleteProperty(globalThis, 'WebAssembly');
    }, what === 'WebAssembly');
    await open(page, 'preset=quick');
    await trained(page);
    await expect(page.getByText(sentence)).toBeVisible();
    await expect(page.getByTestId('chip')).toHaveText(/^\s*exact engine\s*JavaScript\s*float64/);
    await expect(page.getByTestId('chip')).not.toHaveAttribute('data-backend');
    await expect(page.getByTestId('beside')).toHaveCount(0);
  });
}

// The failure is on the console, as it should be. A service worker would have the files at hand.
unwatched.describe('without the files of TensorFlow.js', () => {
  unwatched.use({ serviceWorkers: 'block' });
  for (const [what, files, reason] of [
    [
      'its WebAssembly',
      /tfjs-backend-wasm.*\.wasm/,
      /tfjs-backend-wasm-simd.wasm could not be fetched/,
    ],
    ['its scripts', /assets\/src-.*\.js/, /./],
  ] as const) {
    unwatched(`goes on with the exact engine where ${what} is blocked`, async ({ page }) => {
      await page.route(files, (route) => route.abort());
      await open(page, 'preset=quick');
      await trained(page);
      const notice = page.getByText(/^TensorFlow.js did not start: .* The exact loss runs on/);
      await expect(notice).toBeVisible();
      await expect(notice).toContainText(reason);
      await expect(page.getByTestId('chip')).toContainText('exact engine');
      await expect(page.getByTestId('beside')).toHaveCount(0);
      // What samples has our kernels without it, and says so.
      await page.getByLabel('Engine', { exact: true }).selectOption('online');
      await expect(page.getByTestId('chip')).toHaveAttribute('data-backend', 'kernels');
      await expect(page.getByText(/^TensorFlow.js did not start: /)).toContainText('fused');
    });
  }
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
