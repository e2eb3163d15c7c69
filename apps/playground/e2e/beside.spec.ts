import { expect, open, test, trained } from './page.ts';

test('another seed and another gate run beside this one as thin lines', async ({ page }) => {
  await open(page, 'preset=quick');
  await page.getByLabel('Beside it').selectOption('seed');
  const rival = page.getByTestId('rival');
  await expect(rival).toContainText('Thin lines: seed 1');
  await expect(page.locator('#alignment')).toContainText('seed 1');
  await trained(page);
  await expect(rival).toContainText(
    /It has found \d of 3 experts, this run\s+\d; its loss is [\d.]+/,
  );
  await page.getByLabel('Beside it').selectOption('gate');
  await expect(rival).toContainText('probit gate');
  await rival.getByRole('button', { name: 'Close it' }).click();
  await expect(rival).toHaveCount(0);
  await expect(page.getByLabel('Beside it')).toHaveValue('nothing');
});

test('the landscape along the way has a figure of its own, once it is asked for', async ({
  page,
}) => {
  const small = 'inputDim=12&teachers=2&students=4&seed=1&train.time=20';
  await open(page, small);
  await expect(page.locator('#landscape')).toHaveCount(0);
  await page.getByText('More settings').click();
  await page.getByLabel('Landscape', { exact: true }).selectOption('yes');
  await trained(page);
  await expect(page).toHaveURL(/train\.spectrum=true/);
  const figure = page.locator('#landscape');
  await expect(figure.getByTestId('landscape')).toHaveText(
    /^(The steepest way down is|No way leads down).*\d+ directions? down, \d+ flat\.$/,
  );
  await expect(figure.locator('canvas')).toHaveCount(2);
  await page.getByLabel('Landscape', { exact: true }).selectOption('no');
  await expect(figure).toHaveCount(0);
  await expect(page).not.toHaveURL(/spectrum/);
});
