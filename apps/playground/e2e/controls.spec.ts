import { enter, expect, fast, more, narration, open, runToEnd, test, trained } from './page.ts';

test('pauses, steps, and prunes in mid-flight to a chosen size', async ({ page }) => {
  await page.goto('./#preset=quick');
  await expect(page.getByTestId('progress')).not.toHaveText('t = 0.0');
  await page.getByTestId('play').click();
  // Once the page says that it is paused nothing moves: the very text that stands there then, and all that follow.
  const { paused, later } = await page.evaluate(async () => {
    const text = (id: string) => document.querySelector(`[data-testid=${id}]`)?.textContent?.trim();
    while (text('play') !== 'Play') await new Promise((resolve) => setTimeout(resolve, 1));
    const paused = text('progress');
    const later = new Set<string | undefined>();
    for (let frame = 0; frame < 60; frame++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      later.add(text('progress'));
    }
    return { paused, later: [...later] };
  });
  expect(later).toEqual([paused]);
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(page.getByTestId('progress')).not.toHaveText(paused ?? '');

  const figure = page.locator('#elimination');
  await figure.getByLabel('Keep').selectOption('size');
  await enter(figure.getByRole('spinbutton'), '7');
  await figure.getByRole('button', { name: 'Prune now' }).click();
  await expect(narration(page)).toHaveText(/15 → 7 units/);
  expect(page.url()).toContain('prune.size=7');
  // Another point of the curve: pruned again, from the same trained student.
  await figure
    .locator('.point')
    .nth(15 - 9)
    .click();
  await expect(narration(page)).toHaveText(/15 → 9 units/);
});

test('fine-tunes by either method', async ({ page }) => {
  await open(page, 'preset=quick');
  await runToEnd(page);
  await expect(page.getByTestId('contraction-predicted')).toHaveText(/^0\.84/);
  const figure = page.locator('#certificate');
  await figure.getByLabel('Method').selectOption('levenbergMarquardt');
  await figure.getByRole('button', { name: 'Fine-tune again' }).click();
  await expect(figure.getByTestId('order')).toBeVisible();
  expect(page.url()).toContain('finetune.method=levenbergMarquardt');
});

test('a control starts a new run, and a bad value is told beside it', async ({ page }) => {
  await open(page, 'preset=quick');
  await enter(page.getByLabel('Seed', { exact: true }), '4');
  await expect(page).toHaveURL(/seed=4/);
  await enter(page.getByLabel('Dimension d', { exact: true }), '4');
  const alert = page.getByRole('alert').filter({ hasText: 'inputDim' });
  await expect(alert.first()).toBeVisible();
  await expect(page.getByLabel('Dimension d', { exact: true })).toHaveAttribute(
    'aria-invalid',
    'true',
  );
  // The run before is still there, and so is what was typed.
  await expect(page).toHaveURL(/inputDim=64&.*seed=4/);
  await expect(page.getByLabel('Dimension d', { exact: true })).toHaveValue('4');
  // The rest keeps working.
  await enter(page.getByLabel('Dimension d', { exact: true }), '32');
  await expect(alert).toHaveCount(0);
  await trained(page);
});

test('a second control that is moved right after the first loses nothing of it', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  const now = async (label: string, value: string) =>
    page.getByLabel(label, { exact: true }).evaluate((field, text) => {
      (field as HTMLInputElement).value = text;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }, value);
  // Around the moment at which the first change starts its run, and well within it.
  for (const [i, wait] of [0, 120, 185, 200, 240, 300].entries()) {
    await now('Seed', String(20 + i));
    await page.waitForTimeout(wait);
    await now('Dimension d', String(40 + i));
    await expect(page).toHaveURL(new RegExp(`inputDim=${40 + i}&.*seed=${20 + i}&`));
    await expect(page.getByLabel('Seed', { exact: true })).toHaveValue(String(20 + i));
  }
});

test('draws an online run over the exact flow', async ({ page }) => {
  await open(
    page,
    'inputDim=16&teachers=2&students=6&seed=1&engine=online&train.time=20&train.batchSize=256',
  );
  await page.getByLabel('Beside it').selectOption('engine');
  await expect(page.locator('#alignment').getByText('exact flow', { exact: true })).toBeVisible();
  await trained(page);
  await expect(page.getByTestId('runs-on')).toContainText(
    /tfjs-wasm backend, float32, SIMD (relaxed|simd)/,
  );
  const told = async () => Number(await page.getByTestId('distance').textContent());
  // The exact flow may still be on its way: the distance over the time that both have is final once it stands still.
  const distance = async () => {
    let last = Number.NaN;
    const stands = async () => {
      const before = last;
      last = await told();
      return last === before;
    };
    await expect.poll(stands, { intervals: [1000] }).toBe(true);
    return last;
  };
  const small = await distance();
  await enter(page.getByLabel('Batch size', { exact: true }), '4096');
  await expect(page).toHaveURL(/batchSize=4096/);
  await trained(page);
  expect(await distance()).toBeLessThan(small);
});

test('is worked by the keyboard alone', async ({ page }) => {
  await page.goto('./#preset=quick');
  await expect(page.getByTestId('progress')).not.toHaveText('t = 0.0');
  await fast(page);
  await trained(page);
  const tabTo = async (name: string) => {
    for (let i = 0; i < 60; i++) {
      const text = await page.evaluate(() => document.activeElement?.textContent?.trim());
      if (text === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no way to ${name}`);
  };
  await page.locator('body').press('Tab');
  await tabTo('Prune');
  await page.keyboard.press('Enter');
  await expect(narration(page)).toHaveText(/^Pruned/);
  await tabTo('Fine-tune');
  await page.keyboard.press('Space');
  await expect(narration(page)).toHaveText(/^Certified/);
  await page.locator('#students canvas').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('#student-told')).toHaveText(/^Student 2/);
});

test('students learn the lengths of routers, and the unit in focus tells its own', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await more(page);
  await expect(page.getByLabel('Router length', { exact: true })).toBeVisible();
  await page.getByLabel('Router lengths').selectOption('free');
  await expect(page.getByLabel('Router length', { exact: true })).toHaveCount(0);
  await enter(page.getByLabel('Teacher’s router length', { exact: true }), '0.5');
  await expect(page).toHaveURL(/routerNorm=free&teacherRouterNorm=0\.5/);
  await runToEnd(page);
  await expect(
    page.getByText(/Routers, of length 1 at the start, have length 0\.5000/),
  ).toBeVisible();
  const panel = page.getByRole('region', { name: 'The unit in focus' });
  const before = await panel.boundingBox();
  await page.getByRole('button', { name: 'Student 1', exact: true }).hover();
  await expect(panel).toContainText(/router, length\s*−?\d\.\d\d, \d/);
  expect((await panel.boundingBox())?.height).toBe(before?.height);
});
