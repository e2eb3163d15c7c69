import { expect, exported, fast, narration, open, openFile, prune, test, trained } from './page.ts';

test('the link holds the whole run', async ({ page, browser }) => {
  await open(page, 'preset=correlated&seed=2');
  await trained(page);
  const link = page.url();
  const records = await exported(page, 'Records, CSV');
  // Where no session is remembered that could be taken up in place of the link.
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(link);
  await fast(other);
  await trained(other);
  expect((await exported(other, 'Records, CSV')).equals(records)).toBe(true);
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

test('a file may be dropped anywhere', async ({ page }) => {
  await open(page, 'preset=quick');
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(
      new File(['{ "inputDim": 20, "teachers": 2, "students": 7 }'], 'my.json'),
    );
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
  });
  await expect(page).toHaveURL(/inputDim=20/);
  await expect(page.getByLabel('Students m', { exact: true })).toHaveValue('7');
});

test('a model goes out and comes back', async ({ page }) => {
  await open(page, 'preset=quick&autoplay=1');
  await expect(narration(page)).toHaveText(/^Certified/);
  const model = await exported(page, 'Student as it is now, safetensors');
  await expect(page.getByRole('button', { name: 'Step', exact: true })).toBeDisabled();
  await openFile(page, 'm.safetensors', model);
  await expect(page.getByText(/starts from a model file/)).toBeVisible();
  await expect(page.getByLabel('Students m', { exact: true })).toHaveValue('3');
  await expect(narration(page)).toHaveText(/^Certified/);
});

test('a bad file is refused with a remedy, and the page goes on', async ({ page }) => {
  await open(page, 'preset=quick');
  for (const [name, text, told] of [
    ['notes.txt', 'hello', '5 bytes'],
    ['config.json', '{"inputDim":', 'not valid JSON'],
    ['x.safetensors', '\u0008', '1 bytes'],
  ] as const) {
    await openFile(page, name, text);
    await expect(page.getByTestId('error')).toContainText(told);
  }
  await page.getByTestId('preset').selectOption('tanh');
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('the last session survives a reload', async ({ page }) => {
  await open(page, 'preset=quick');
  await trained(page);
  await prune(page);
  const title = await narration(page).textContent();
  const records = await exported(page, 'Records, CSV');
  await expect.poll(() => page.evaluate(remembersPruning)).toBe(true);
  await page.reload();
  await expect(page.getByText('Your last session')).toBeVisible();
  await expect(narration(page)).toHaveText(title ?? '');
  expect((await exported(page, 'Records, CSV')).equals(records)).toBe(true);
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
  const database = await done(indexedDB.open('softmoe-playground'));
  const saved = await done(database.transaction('session').objectStore('session').get('last'));
  database.close();
  return saved?.history.pruned !== undefined;
}
