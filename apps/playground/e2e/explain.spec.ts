import { expect, finetune, open, type Page, prune, runToEnd, test, trained } from './page.ts';

const stage = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Run' }).getByTestId(name);

test('each stage that is not to be begun explains itself at its figure', async ({ page }) => {
  await open(page, 'preset=quick');
  await trained(page);
  for (const [name, figure, equation] of [
    ['learn', 'alignment', 23],
    ['finetune', 'loss', 19],
    ['certificate', 'certificate', 30],
  ] as const) {
    await stage(page, name).click();
    const shown = page.locator(`#${figure}`);
    await expect(shown.getByRole('heading')).toBeInViewport();
    await expect(shown.getByRole('group', { name: `Equation ${equation}` })).toBeVisible();
  }
  // One explanation at a time, and none of it was begun by that.
  await expect(page.locator('figure details[open]')).toHaveCount(1);
  await expect(stage(page, 'learn').locator('..')).toHaveAttribute('aria-current', 'step');
  await prune(page);
  await expect(stage(page, 'prune').locator('..')).toHaveAttribute('aria-current', 'step');
  // What has been done is explained, not done again.
  await stage(page, 'prune').click();
  await expect(
    page.locator('#elimination').getByRole('group', { name: 'Equation 28' }),
  ).toBeVisible();
  await finetune(page);
  await expect(stage(page, 'certificate').locator('..')).toHaveAttribute('aria-current', 'step');
  await expect(page.locator('#certificate .verdict')).toBeInViewport();
});

test('the equations are MathML with a size, cite the paper, and tell what this run shows', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await runToEnd(page);
  await stage(page, 'certificate').click();
  const explained = page.locator('#certificate details');
  const math = explained.locator('math').first();
  await expect(math).toBeVisible();
  // An equation has the width of its figure, not that of the line which unfolds it.
  const caption = await page.locator('#certificate figcaption').boundingBox();
  const equation = await explained.getByRole('group').first().boundingBox();
  expect(equation?.width).toBeCloseTo(caption?.width ?? 0, 0);
  // A fraction stands higher than a line of text: the browser lays the markup out as mathematics.
  const fraction = await math.locator('mfrac').first().boundingBox();
  expect(fraction?.height).toBeGreaterThan(24);
  await expect(explained.getByRole('link', { name: 'arXiv 2510.07205' })).toHaveAttribute(
    'href',
    'https://arxiv.org/abs/2510.07205',
  );
  await page.getByText('Explain, with equations').nth(1).click();
  await stage(page, 'learn').click();
  await expect(page.locator('#alignment').getByTestId('claim').first()).toContainText(
    'Found at t =',
  );
});
