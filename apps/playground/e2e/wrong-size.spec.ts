import { expect, narration, open, type Page, test, trained } from './page.ts';

/** Trains quick, whose teacher has 3 experts, and prunes it to a size that is asked for. */
async function prunedTo(page: Page, size: number): Promise<void> {
  await open(page, 'preset=quick&finetune.maxSteps=3000');
  await trained(page);
  const figure = page.locator('#elimination');
  await figure.getByLabel('Keep').selectOption('size');
  await figure.getByRole('spinbutton').fill(String(size));
  await figure.getByRole('button', { name: 'Prune' }).click();
  await expect(narration(page)).toHaveText(`Pruned: 15 → ${size} units. Now press Fine-tune`);
}

const told = (page: Page) => page.locator('.story .text');

test('seven units where three are needed: a curve, and no word of a straight line', async ({
  page,
}) => {
  await prunedTo(page, 7);
  await expect(told(page)).toContainText('the cliff is at 3 units');
  await page.getByTestId('finetune').click();
  await expect(narration(page)).toHaveText('Fine-tuning: slower and slower');
  await expect(page.locator('.verdict')).toContainText('Not certified: it did not converge');
  await expect(page.locator('#loss h2')).toHaveText(
    'The loss falls, and in the end ever more slowly.',
  );
  await expect(told(page)).toContainText('Ask for fewer than 7 units');
  await expect(page.locator('main')).not.toContainText(/nothing is redundant|predicted slope/);
});

test('two units where three are needed: on top of the cliff, and what contracts is the excess', async ({
  page,
}) => {
  await prunedTo(page, 2);
  await expect(told(page)).toContainText(/costs 33 % of what they explain/);
  await expect(told(page)).not.toContainText(/hardly moves|costs little/);
  await page.getByTestId('finetune').click();
  await expect(page.getByTestId('contracted')).toHaveText(
    'A step multiplies the excess of the loss over its limit 0.147 by',
  );
  await expect(page.locator('.verdict')).toContainText('2 units cannot be 3 teacher experts');
  await expect(page.locator('#loss h2')).toHaveText('The loss falls to a limit above zero.');
  await expect(told(page)).toContainText('Ask for more than 2 units');
});

test('shows the plane of the expert that is missing, unless another one is chosen', async ({
  page,
}) => {
  await prunedTo(page, 2);
  await page.getByTestId('finetune').click();
  await expect(narration(page)).toHaveText(/^Not recovered: teacher expert \d\./);
  const missing = /expert (\d)/.exec((await narration(page).textContent()) ?? '')?.[1];
  const planes = page.locator('#planes');
  await expect(planes.getByTestId('plane')).toHaveText(
    `expert ${missing} across, router ${missing} up`,
  );
  const difference = planes.getByText(/^difference/);
  await expect(difference).toHaveText(/at most \d\.?\d?$/);
  const other = missing === '1' ? 2 : 1;
  await planes.getByLabel('Across').selectOption(`expert ${other}`);
  await planes.getByLabel('Up').selectOption(`router ${other}`);
  await expect(difference).toHaveText(/at most [\d.]+·10⁻/);
});
