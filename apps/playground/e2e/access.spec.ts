import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { expect, finetune, open, prune, test, trained } from './page.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in any phase, ${colorScheme}`, async ({ page }) => {
    await page.addInitScript({ path: axe });
    await page.emulateMedia({ colorScheme });
    await open(page, 'preset=quick');
    const check = async () => {
      const results = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
      );
      const found = results.violations.map(({ id, impact, nodes }) => [
        id,
        impact,
        nodes.map(({ html }) => html),
      ]);
      expect(found).toEqual([]);
    };
    await trained(page);
    await check();
    await prune(page);
    await check();
    await finetune(page);
    await page.locator('details.menu summary').click();
    await check();
  });
}

test('fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'preset=canonical');
  await trained(page);
  await prune(page);
  await finetune(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
});
