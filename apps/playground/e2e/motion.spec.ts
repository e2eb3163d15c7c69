import { expect, prune, test, trained } from './page.ts';

/** Chromium is asked through the page; Firefox, which Playwright drives by BiDi, only through a preference of its own. */
test.use({
  contextOptions: { reducedMotion: 'reduce' },
  launchOptions: ({ launchOptions }, use) =>
    use({
      ...launchOptions,
      firefoxUserPrefs: { ...launchOptions.firefoxUserPrefs, 'ui.prefersReducedMotion': 1 },
    }),
});

test('those who want less motion see results at once, and nothing glides', async ({ page }) => {
  await page.addInitScript(() => {
    const scrolls: unknown[] = [];
    const { scrollIntoView } = Element.prototype;
    Element.prototype.scrollIntoView = function (options) {
      scrolls.push(typeof options === 'object' ? options.behavior : options);
      scrollIntoView.call(this, options);
    };
    Object.assign(globalThis, { scrolls });
  });
  // So low that the figure of pruning is out of sight.
  await page.setViewportSize({ width: 1280, height: 600 });
  await page.goto('./#preset=quick');
  const calm = await page.evaluate(() => matchMedia('(prefers-reduced-motion: reduce)').matches);
  expect(calm, 'the browser asks for less motion').toBe(true);
  await expect(page.getByLabel('Speed').locator('option:checked')).toHaveText('max');
  await trained(page);
  await prune(page);
  const scrolls = await page.evaluate(
    () => (globalThis as unknown as { scrolls: string[] }).scrolls,
  );
  expect(scrolls).toEqual(['auto']);
});
