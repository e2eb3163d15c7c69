import { expect, fast, open, type Page, storyToEnd, test, trained, violations } from './page.ts';

const chip = (page: Page) => page.getByTestId('chip');

/** What samples, by its own report. */
async function samplesOnTfjs(page: Page): Promise<void> {
  await expect(chip(page)).toHaveAttribute('data-backend', 'tfjs-wasm');
  await expect(chip(page)).toHaveAttribute('data-kernels', 'fused');
  await expect(chip(page)).toHaveAttribute('data-simd', /^(simd|relaxed)$/);
  await expect(chip(page)).toHaveAttribute('data-precision', 'float32');
}

test('the story is told by both engines: exact lines, and dots from TensorFlow.js', async ({
  page,
}) => {
  await page.goto('./');
  await samplesOnTfjs(page);
  await expect(chip(page)).toHaveText(
    /^\s*TensorFlow\.js wasm\s*(relaxed )?SIMD\s*float32\s*[\d.]+[KM]? samples\/s\s*$/,
  );
  await expect(chip(page)).toBeInViewport();
  const beside = page.getByTestId('beside');
  await expect(beside).toContainText(
    'Lines: the exact flow. Dots: a student of the same start that learns by SGD on TensorFlow.js, ' +
      'from fresh batches of 4,096 inputs, drawn in the span of both models.',
  );
  await fast(page);
  await storyToEnd(page);
  await expect(page.getByTestId('runs-on')).toContainText('the exact engine, float64-simd');
});

test('the larger the batches, the closer the dots come to the lines', async ({ page }) => {
  await open(page, 'preset=quick');
  const slider = page.getByLabel('Batch size of the dots');
  /** The distance once the dots have come as far as the lines. */
  const distance = async () => {
    const told = page.getByTestId('distance');
    let last = '';
    const stands = async () => {
      const before = last;
      last = (await told.textContent({ timeout: 1000 }).catch(() => '')) ?? '';
      return last !== '' && last === before;
    };
    await expect.poll(stands, { intervals: [1500] }).toBe(true);
    return Number(last);
  };
  await slider.press('Home');
  await expect(page.getByTestId('beside')).toContainText('batches of 64 inputs');
  await trained(page);
  const small = await distance();
  await slider.press('End');
  await expect(page.getByTestId('beside')).toContainText('batches of 16,384 inputs');
  expect(await distance()).toBeLessThan(small);
});

test('dots never run ahead of the lines, and can be left out', async ({ page }) => {
  await page.goto('./#preset=quick');
  await samplesOnTfjs(page);
  await page.getByTestId('play').click();
  await expect(page.getByTestId('play')).toHaveText('Play');
  await expect(page.getByTestId('distance')).toBeVisible();
  await page.getByLabel('Beside it').selectOption('nothing');
  await expect(page.getByTestId('beside')).toHaveCount(0);
  await expect(chip(page)).toContainText('exact engine');
  await expect(chip(page)).not.toHaveAttribute('data-backend');
});

test('a race on this machine: all but what the browser lacks take part, and the fused kernels win', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await trained(page);
  await chip(page).click();
  const panel = page.getByRole('dialog', { name: 'How it computes' });
  await panel.getByTestId('race').click();
  await expect(panel.getByTestId('race-progress')).toHaveText(/^All \d+ rounds are over\.$/);
  const speed = async (name: string) =>
    Number(
      (await panel.getByTestId(`racer-${name}`).getByTestId('speed').textContent())?.replaceAll(
        ',',
        '',
      ),
    );
  for (const [name, backend] of [
    ['simd', 'tfjs-wasm'],
    ['composed', 'tfjs-wasm'],
    ['cpu', 'tfjs-cpu'],
    ['float64', 'reference'],
  ] as const) {
    await expect(panel.getByTestId(`racer-${name}`)).toHaveAttribute('data-backend', backend);
    expect(await speed(name), name).toBeGreaterThan(0);
  }
  // By far, on any machine: plain JavaScript has no SIMD.
  expect(await speed('simd')).toBeGreaterThan(await speed('cpu'));
  await panel.getByTestId('race').click();
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel.getByTestId('race')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(chip(page)).toBeFocused();
});

test('a run that goes on waits for a race, and then goes on', async ({ page }) => {
  await page.goto('./');
  await samplesOnTfjs(page);
  await expect(page.getByTestId('play')).toHaveText('Pause');
  await chip(page).click();
  await page.getByTestId('race').click();
  await expect(page.getByTestId('play')).toHaveText('Play');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByTestId('play')).toHaveText('Pause');
  // A race that is left is stopped, too.
  await page.getByTestId('race').click();
  await expect(page.getByTestId('play')).toHaveText('Play');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('play')).toHaveText('Pause');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the panel, on a phone either, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, 'preset=quick');
    await trained(page);
    await samplesOnTfjs(page);
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await expect(chip(page)).toBeInViewport();
      await chip(page).click();
      await expect(page.getByRole('img', { name: 'A fused step' })).toBeAttached();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
    }
  });
}
