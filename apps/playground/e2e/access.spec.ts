import {
  enter,
  expect,
  finetune,
  open,
  prune,
  runToEnd,
  test,
  trained,
  violations,
} from './page.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in any phase, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, 'preset=quick');
    await trained(page);
    expect(await violations(page)).toEqual([]);
    await prune(page);
    expect(await violations(page)).toEqual([]);
    await finetune(page);
    await page.locator('details.menu summary').click();
    expect(await violations(page)).toEqual([]);
  });
}

test('what happens stays in sight, and is read out', async ({ page }) => {
  await open(page, 'preset=quick');
  await trained(page);
  await page.locator('#sweep').scrollIntoViewIfNeeded();
  const headline = page.getByTestId('narration');
  await expect(headline).toHaveAttribute('aria-live', 'polite');
  await expect(headline).toBeInViewport();
  await prune(page);
  await expect(headline).toBeInViewport();
});

test('what its words mean is a click away', async ({ page }) => {
  await open(page, 'preset=quick');
  const words = page.getByRole('complementary', { name: 'What the words mean' });
  await expect(words).not.toBeInViewport();
  await page.getByRole('button', { name: 'What do the words mean?' }).click();
  await expect(words).toBeInViewport();
  await expect(words).toBeFocused();
});

test('on a phone the controls are at the top, a tap away', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'preset=quick');
  const seed = page.getByLabel('Seed', { exact: true });
  await expect(seed).toBeHidden();
  await expect(page.getByText(/^Set up/)).toBeInViewport();
  await page.getByText(/^Set up/).click();
  await enter(seed, '5');
  await expect(page).toHaveURL(/seed=5/);
  await expect(seed).toBeVisible();
});

test('fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'preset=canonical');
  await runToEnd(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
});
