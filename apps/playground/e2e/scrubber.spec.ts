import { expect, narration, open, type Page, runToEnd, test } from './page.ts';

/** Runs to the verdict, and takes the scrubber in hand. */
async function scrubberOf(page: Page) {
  await open(page, 'preset=quick');
  await runToEnd(page);
  const scrubber = page.getByRole('slider', { name: 'Moment of the run' });
  await scrubber.focus();
  return scrubber;
}

test('the scrubber takes every figure back to a moment of the training, and to now', async ({
  page,
}) => {
  const scrubber = await scrubberOf(page);
  const diagram = page.getByRole('group', { name: /^The teacher and the student/ });
  await expect(diagram.locator('.gone')).toHaveCount(12);
  await page.keyboard.press('Home');
  await expect(page.getByTestId('progress')).toHaveText('t = 0.0');
  await expect(narration(page)).toHaveText('Searching');
  await expect(diagram.locator('.gone')).toHaveCount(0);
  await expect(page.locator('#students canvas')).toBeVisible();
  await page.locator('#students canvas').focus();
  await page.keyboard.press('ArrowRight');
  const told = page.locator('#student-told');
  await expect(told).toHaveText(/^Student 1: .* amplitude 0\.001$/);
  for (const plot of ['#alignment', '#loss']) {
    await expect(page.locator(`${plot} .moment`)).toHaveCount(1);
  }
  await expect(page.locator('#planes')).toContainText(/student f at t = 0\.0|student f, not drawn/);
  await scrubber.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('progress')).not.toHaveText('t = 0.0');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(narration(page)).toHaveText(/^Certified/);
  await expect(diagram.locator('.gone')).toHaveCount(12);
  await expect(page.locator('.moment')).toHaveCount(0);
});

test('the training is replayed from its start to its end', async ({ page }) => {
  await open(page, 'preset=quick');
  await runToEnd(page);
  await page.getByRole('button', { name: 'Replay the run' }).click();
  await expect(narration(page)).toHaveText(/^(Searching|Experts first|Routers follow|All 3)/);
  await expect(narration(page)).toHaveText(/^Certified/);
});

test('the scrubber goes through fine-tuning too, and figures of later stages wait', async ({
  page,
}) => {
  await scrubberOf(page);
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('progress')).toHaveText(/^step \d+$/);
  await expect(narration(page)).not.toHaveText(/^Certified/);
  await expect(page.locator('#loss .moment')).toHaveCount(1);
  await expect(page.locator('#alignment .moment')).toHaveCount(0);
  await expect(page.locator('#elimination')).not.toContainText('nothing has been pruned');
  await expect(page.locator('#certificate')).toContainText('there is no certificate');
  await page.keyboard.press('Home');
  await expect(page.locator('#elimination')).toContainText('nothing has been pruned');
  await expect(page.locator('#elimination svg')).not.toBeVisible();
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(page.locator('#elimination svg')).toBeVisible();
  await expect(page.getByTestId('proof')).toBeVisible();
});

test('two moments are compared, in words and in the plots', async ({ page }) => {
  await scrubberOf(page);
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const comparison = page.getByTestId('comparison');
  await expect(comparison).toContainText('Move the scrubber');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(comparison).toContainText(/From t = 0\.0 to step \d+: the loss went from/);
  await expect(comparison).toContainText('15 units became 3');
  await expect(comparison.getByRole('row')).toHaveCount(3);
  await expect(comparison.getByRole('row').nth(1)).toContainText('→ 1.00');
  await expect(page.locator('#alignment .moment')).toHaveCount(1);
  await comparison.getByRole('button').click();
  await expect(comparison).toHaveCount(0);
  await expect(page.locator('.moment')).toHaveCount(0);
});
