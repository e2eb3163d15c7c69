import {
  expect,
  exported,
  finetune,
  more,
  narration,
  open,
  openFile,
  prune,
  reference,
  runToEnd,
  test,
  trained,
} from './page.ts';

for (const [name, teachers] of [
  ['canonical', 5],
  ['duplicates', 3],
  ['correlated', 4],
  ['tanh', 3],
] as const) {
  test(`${name} is learned, pruned and certified`, async ({ page }) => {
    await open(page);
    await page.getByTestId('preset').selectOption(name);
    await expect(page.getByTestId('preset')).toHaveValue(name);
    await runToEnd(page);
    await expect(narration(page)).toHaveText(
      `Certified and proved: all ${teachers} teacher experts recovered`,
    );
  });
}

test('softmax gates: learned by Adam, pruned, and certified by estimate', async ({ page }) => {
  await open(page, 'preset=softmax&kernel=simd');
  await expect(page.getByText('How experts and routers align.')).toBeVisible();
  await expect(page.getByLabel('Gate', { exact: true })).toHaveCount(0);
  await expect(page.getByText(/A router counts by how it differs/)).toBeVisible();
  await trained(page);
  await prune(page);
  await expect(page.locator('#elimination .point')).toHaveCount(9);
  await finetune(page);
  await expect(narration(page)).toHaveText('Certified: all 2 teacher experts recovered');
  await expect(page.getByTestId('proof')).toContainText(
    'Not proved: proofs are for independent gates',
  );
  await expect(page.getByTestId('estimated')).toBeVisible();
  await expect(page.getByTestId('μ')).toHaveText(/ ± /);
  const shown = JSON.parse((await exported(page, 'Result, JSON')).toString());
  const told = await reference('softmax', '--backend', 'wasm-simd');
  expect(shown.config).toEqual(told.config);
  expect([shown.recovered, shown.survivors]).toEqual([told.recovered, told.survivors]);
  expect(shown.contraction.predicted).toBeCloseTo(told.contraction.predicted ?? 0, 4);
  expect(shown.parameterError).toBeLessThan(1e-12);

  const model = await exported(page, 'Student as it is now, safetensors');
  await page.getByTestId('preset').selectOption('quick');
  await expect(page).toHaveURL(/routing=independent/);
  await openFile(page, 'm.safetensors', model);
  await expect(page).toHaveURL(/students=2&.*routing=softmax|routing=softmax.*students=2/);
});

test('routing is a choice, and what depends on it follows', async ({ page }) => {
  await open(page, 'preset=quick');
  await more(page);
  await page.getByLabel('Routing', { exact: true }).selectOption('softmax');
  await expect(page).toHaveURL(/routing=softmax.*engine=subspace.*method=adam/);
  await expect(page.getByLabel('Learning rate', { exact: true })).toHaveValue('0.01');
  await page.getByLabel('Routing', { exact: true }).selectOption('independent');
  await expect(page).toHaveURL(/routing=independent.*engine=exact/);
  await page.getByLabel('Expert', { exact: true }).selectOption('relu');
  await expect(page).toHaveURL(/expert.kind=relu.*engine=subspace/);
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('the dimension sweep is among the presets', async ({ page }) => {
  await open(page, 'preset=quick');
  await page.getByTestId('preset').selectOption('dimension-sweep');
  await expect(page.getByTestId('sweep')).toContainText(/t ≈ .*√d/);
});
