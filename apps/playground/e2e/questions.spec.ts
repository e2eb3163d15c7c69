import { enter, expect, exported, narration, open, openFile, test, trained } from './page.ts';

test('presets are cards with a question each, and one starts its run', async ({ page }) => {
  await open(page, 'preset=quick');
  // Presets come with the worker.
  await expect(page.getByTestId('preset')).toHaveValue('quick');
  await page.getByRole('button', { name: 'What if …?' }).click();
  const cards = page.getByRole('dialog', { name: /^What if/ });
  const questions = cards.getByRole('button');
  const names = await page.getByTestId('preset').locator('option:not([disabled])').count();
  await expect(questions).toHaveCount(names);
  for (const question of await questions.allTextContents()) expect(question).toContain('?');
  await expect(questions.filter({ hasText: 'over in a second' })).toHaveAttribute(
    'aria-current',
    'true',
  );
  await questions.filter({ hasText: 'What if there are too few students?' }).click();
  await expect(cards).toBeHidden();
  await expect(page.getByTestId('preset')).toHaveValue('too-few');
});

test('asks before pruning how many units will be left, and shows the answer at the cliff', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await trained(page);
  await enter(page.getByTestId('guess'), '5');
  await expect(narration(page)).toHaveText(/^Pruned: 15 → 3 units/);
  await expect(page.getByTestId('answer')).toHaveText('You said 5: 2 too many. 3 are left.');
  const figure = page.locator('#elimination');
  await expect(figure.getByText('your guess: 5')).toBeInViewport();
  await expect(figure.getByText('You said 5: 2 too many.')).toBeVisible();
  // It was about this run alone.
  await page.getByTestId('preset').selectOption('tanh');
  await expect(page.getByTestId('answer')).toHaveCount(0);
});

test('every word that is underlined has its meaning where it stands', async ({ page }) => {
  await open(page, 'preset=quick');
  await trained(page);
  const words = page.locator('figcaption button[popovertarget]');
  await expect.poll(() => words.count()).toBeGreaterThan(8);
  for (const word of await words.all()) {
    await word.click();
    const note = page.locator('[popover]:popover-open');
    await expect(note).toBeInViewport({ ratio: 1 });
    const term = await note.locator('dfn').textContent();
    const glossary = page
      .locator('#words div')
      .filter({ has: page.getByText(term ?? '', { exact: true }) });
    await expect(glossary.locator('dd')).toContainText(
      (await note.textContent())?.slice(term?.length) ?? '-',
    );
    await page.keyboard.press('Escape');
    await expect(note).toHaveCount(0);
    await expect(word).toBeFocused();
  }
});

test('back and forward undo presets and imports', async ({ page }) => {
  await open(page, 'preset=quick');
  await trained(page);
  const model = await exported(page, 'Student as it is now, safetensors');
  await page.getByTestId('preset').selectOption('tanh');
  await expect(page).toHaveURL(/gate=tanh/);
  await openFile(page, 'm.safetensors', model);
  await expect(page.getByTestId('imported')).toBeVisible();
  await page.getByTestId('preset').selectOption('too-few');
  await expect(page).toHaveURL(/teachers=5/);
  await page.goBack();
  await expect(page.getByTestId('imported')).toBeVisible();
  await page.goBack();
  await expect(page.getByTestId('preset')).toHaveValue('tanh');
  await expect(page.getByTestId('imported')).toHaveCount(0);
  await page.goBack();
  await expect(page.getByTestId('preset')).toHaveValue('quick');
  await page.goForward();
  await expect(page.getByTestId('preset')).toHaveValue('tanh');
  await page.goForward();
  await expect(page.getByTestId('imported')).toBeVisible();
});
