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

test('a file that is no config or model is told of where it was let fall, and the run goes on', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await trained(page);
  const before = await exported(page, 'Records of training, CSV');
  const url = page.url();
  const drop = (text: string, x: number, y: number, names: string[] = ['notes.txt']) =>
    page.evaluate(
      ({ text, x, y, names }) => {
        const dataTransfer = new DataTransfer();
        for (const name of names) dataTransfer.items.add(new File([text], name));
        const where = { clientX: x, clientY: y, bubbles: true };
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, ...where }));
      },
      { text, x, y, names },
    );
  await drop('rubbish', 300, 400);
  const told = page.getByTestId('error');
  await expect(told).toContainText('notes.txt was not taken');
  await expect(told).toContainText('The run on the page goes on');
  const box = await told.boundingBox();
  expect([box?.x, box?.y]).toEqual([300, 400]);
  await drop('{ "inputDim": "many" }', 5000, 5000);
  await expect(told).toContainText('inputDim');
  await expect(told).toBeInViewport({ ratio: 1 });
  await drop('{ "inputDim": 20 }', 300, 400, ['a.json', 'b.json']);
  await expect(told).toContainText('None of the 2 files was taken.');
  await expect(told).toContainText('these came together: a.json and b.json');
  expect(page.url()).toBe(url);
  await expect(page.getByLabel('Dimension d', { exact: true })).not.toHaveAttribute('aria-invalid');
  expect((await exported(page, 'Records of training, CSV')).equals(before)).toBe(true);
  await told.getByRole('button', { name: 'Close' }).click();
  await expect(told).toHaveCount(0);
  await prune(page);
});

test('a bad file is refused with a remedy, and the page goes on', async ({ page }) => {
  await open(page, 'preset=quick');
  for (const [name, text, told] of [
    ['notes.txt', 'hello', '5 bytes'],
    ['config.json', '{"inputDim":', 'is not JSON'],
    ['empty.json', '', 'is empty'],
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
