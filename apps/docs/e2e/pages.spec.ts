import { expect, type Page, test, violations } from '../../playground/e2e/watched.ts';
import { pagesOf } from '../src/pages.js';

/** Pages of each kind: all texts, one README of a package, and one page of the API. */
const routes = [
  ...pagesOf().flatMap(({ route }) => (route.startsWith('packages/') ? [] : route)),
  'packages/kernels',
  'api/prune',
];
const addressOf = (route: string) =>
  route === '' || route.endsWith('/') ? route : `${route}.html`;

/** Opens a page and waits until it is alive: only then do its switches have names. */
async function visit(page: Page, route: string): Promise<void> {
  await page.goto(addressOf(route));
  await expect(page.locator('.VPSwitchAppearance').first()).toHaveAttribute('title', /./);
}

/** Pages that have between them all that a theme colours: code, tables, equations, figures, an index. */
const inColour = ['', 'theory', 'benchmarks', 'claims', 'packages/kernels', 'api/', 'api/prune'];

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any kind of page, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const route of inColour) {
      await visit(page, route);
      expect.soft(await violations(page), `/${route}`).toEqual([]);
    }
  });
}

test('every page fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const route of [...routes, 'api/lab', 'api/model', 'api/certify']) {
    await visit(page, route);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(wide, `/${route}`).toBeLessThanOrEqual(390);
  }
});

test('a text has the room beside its outline', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await visit(page, 'sweeps');
  expect((await page.locator('.vp-doc').boundingBox())?.width).toBeGreaterThan(780);
});

test('the number of an equation leads to it, and a link to it shows it', async ({ page }) => {
  await page.goto('theory.html');
  await page.getByRole('link', { name: 'Link to equation 30', exact: true }).click();
  await expect(page).toHaveURL(/#eq-30$/);
  await page.goto('api/certify.html');
  await page.getByRole('link', { name: '(66)', exact: true }).first().click();
  await expect(page).toHaveURL(/theory\.html#eq-66$/);
  const equation = page.getByRole('link', { name: 'Link to equation 66', exact: true });
  await expect(equation).toBeInViewport();
});

test('a live figure of the theory learns and prunes', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' });
  await visit(page, 'theory');
  const title = 'The elimination curve, live';
  await page.locator(`iframe[title="${title}"]`).scrollIntoViewIfNeeded();
  const figure = page.frameLocator(`iframe[title="${title}"]`);
  await figure.getByRole('button', { name: 'Run', exact: true }).click();
  await figure.locator('.bar').getByRole('button', { name: 'Prune', exact: true }).click();
  await expect(figure.getByText(/^Pruned to \d+ units/)).toBeVisible();
  await expect(figure.getByRole('img', { name: /^Loss after refit/ })).toBeVisible();
  await expect(figure.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('search finds an exported name and leads to its entry', async ({ page }) => {
  await page.goto('');
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').fill('eliminationCurve');
  await page.getByRole('option').filter({ hasText: 'eliminationCurve()' }).first().click();
  await expect(page).toHaveURL(/api\/prune\.html#eliminationcurve$/);
});
