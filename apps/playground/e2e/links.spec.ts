import {
  enter,
  expect,
  exported,
  fast,
  narration,
  open,
  openFile,
  prune,
  reference,
  runToEnd,
  test,
  trained,
} from './page.ts';

test('the link holds the whole run', async ({ page, browser }) => {
  await open(page, 'preset=correlated&seed=2');
  await trained(page);
  const link = page.url();
  const records = await exported(page, 'Records of training, CSV');
  // Where no session is remembered that could be taken up in place of the link.
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(link);
  await fast(other);
  await trained(other);
  expect((await exported(other, 'Records of training, CSV')).equals(records)).toBe(true);
  expect(other.url()).toBe(link);
  await elsewhere.close();
});

test('a bad link says what is wrong, and the page goes on', async ({ page }) => {
  await open(page, 'inputDim=many&teachers=3');
  await expect(page.getByTestId('error')).toContainText('inputDim');
  await page.getByTestId('preset').selectOption('quick');
  await expect(page.getByTestId('error')).toHaveCount(0);
  await trained(page);
});

test('a link with a value that will not do keeps the controls, marks it and offers the nearest', async ({
  page,
}) => {
  await page.goto('./#inputDim=8&teachers=8&students=16&seed=3');
  const field = page.getByLabel('Dimension d', { exact: true });
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveValue('8');
  await expect(field).toHaveAccessibleDescription(/must be at least .* 16/);
  await expect(page.getByLabel('Teacher experts k', { exact: true })).toHaveValue('8');
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('3');
  await expect(narration(page)).toHaveText('It could not start');
  await expect(page.getByTestId('error')).not.toContainText(/--|softmoe run/);
  await page.locator('form').getByRole('button', { name: 'Use 16' }).click();
  await expect(page).toHaveURL(/inputDim=16&teachers=8&students=16.*seed=3/);
  await expect(field).not.toHaveAttribute('aria-invalid');
  await expect(page.getByTestId('error')).toHaveCount(0);
  await expect(page.getByTestId('progress')).not.toHaveText('t = 0.0');
});

test('a link with several wrong fields tells them all, and one after the other is put right', async ({
  page,
}) => {
  await page.goto('./#preset=quick&inputDim=many&finetune.maxSteps=0&foo=1&seed=5');
  await expect(page.getByTestId('error')).toHaveCount(3);
  await page.getByTestId('error').filter({ hasText: 'foo' }).getByRole('button').click();
  await expect(page.getByTestId('error')).toHaveCount(2);
  await enter(page.getByLabel('Dimension d', { exact: true }), '32');
  await expect(page.getByTestId('error')).toHaveCount(1);
  await page.getByTestId('error').getByRole('button', { name: 'Use 1' }).click();
  await expect(page).toHaveURL(/inputDim=32&teachers=3.*seed=5.*finetune.maxSteps=1&/);
});

test('a run of the exact engine starts at the loss of the command line, bit for bit', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await runToEnd(page);
  const { variant, loss } = JSON.parse(`${await exported(page, 'Result, JSON')}`);
  const expected = await reference('quick');
  expect(variant).toEqual({ sampled: null, population: 'float64-simd' });
  expect({ variant, start: loss.start }).toEqual({
    variant: expected.variant,
    start: expected.loss.start,
  });
});

test('a link pins its kernels, or the page says what it runs on instead', async ({ page }) => {
  const run = 'inputDim=16&teachers=2&students=6&engine=online&train.time=5&kernel';
  for (const [kernel, simd] of [
    ['simd', 'simd'],
    ['relaxed', 'relaxed'],
    ['float64', 'none'],
  ] as const) {
    await page.goto(`./#${run}=${kernel}`);
    await expect(page.getByTestId('runs-on')).toContainText(`SIMD ${simd}`);
    await expect(page.getByTestId('runs-on')).toContainText('as the link asks for');
    await expect(page).toHaveURL(new RegExp(`kernel=${kernel}$`));
    await expect(page.getByText(/This link was made on/)).toHaveCount(0);
  }
  await page.goto(`./#${run}=mmx`);
  await expect(
    page.getByText(/made on the mmx kernels, .* The run uses (relaxed|simd)/),
  ).toBeVisible();
});

test('a config goes out and comes back', async ({ page }) => {
  await open(page, 'preset=quick&seed=6');
  await trained(page);
  const config = await exported(page, 'Config, JSON');
  await page.getByTestId('preset').selectOption('tanh');
  await expect(page).toHaveURL(/gate=tanh/);
  await openFile(page, 'config.json', config);
  await expect(page).toHaveURL(/seed=6/);
  await expect(page).toHaveURL(/gate=sigmoid/);
  await trained(page);
  expect((await exported(page, 'Config, JSON')).equals(config)).toBe(true);
});

test('every table of a run is a file of its own', async ({ page }) => {
  const sizes = 'train.time=5&train.batchSize=256&finetune.onlineSteps=20&finetune.maxSteps=50';
  await open(page, `inputDim=16&teachers=2&students=4&engine=online&autoplay=1&${sizes}`);
  await expect(page.locator('.verdict')).toBeVisible();
  for (const name of [
    'Records of training, CSV',
    'Records of fine-tuning on samples, CSV',
    'Records of fine-tuning, CSV',
  ]) {
    const lines = (await exported(page, name)).toString().trimEnd().split('\n');
    expect(lines[0], name).toMatch(/^step,time,loss/);
    expect(
      lines.filter((line) => line.startsWith('step,')),
      name,
    ).toHaveLength(1);
    expect(new Set(lines.map((line) => line.split(',').length)).size, name).toBe(1);
  }
});

test('the last session survives a reload', async ({ page }) => {
  await open(page, 'preset=quick');
  await trained(page);
  await prune(page);
  const title = await narration(page).textContent();
  const records = await exported(page, 'Records of training, CSV');
  await expect.poll(() => page.evaluate(remembersPruning)).toBe(true);
  await page.reload();
  await expect(page.getByText('Your last session')).toBeVisible();
  await expect(narration(page)).toHaveText(title ?? '');
  expect((await exported(page, 'Records of training, CSV')).equals(records)).toBe(true);
  await page.getByTestId('finetune').click();
  await expect(page.locator('.verdict')).toBeVisible();
});

/** Whether the session that the page has stored is one that has been pruned. */
async function remembersPruning(): Promise<boolean> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const path = new URL('.', document.baseURI).pathname;
  const database = await done(indexedDB.open(`softmoe-playground ${path}`));
  const saved = await done(database.transaction('session').objectStore('session').get('last'));
  database.close();
  return saved?.history.pruned !== undefined;
}
