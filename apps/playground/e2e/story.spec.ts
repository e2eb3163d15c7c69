import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  expect,
  exported,
  finetune,
  narration,
  open,
  prune,
  reference,
  test,
  trained,
} from './page.ts';

/** JavaScript engines differ in the last digit of exp; the flow amplifies that a little. */
const AGREE = 1e-9;

test('tells the story at its own pace, to the numbers of the command line', async ({ page }) => {
  await page.goto('./');
  await expect(narration(page)).toHaveText(/^Experts first/, { timeout: 6000 });
  await expect(narration(page)).toHaveText(/^Routers follow/, { timeout: 10_000 });
  await trained(page);
  await prune(page);
  await expect(narration(page)).toHaveText('Pruned: 16 → 4 units. Now press Fine-tune');
  await finetune(page);
  await expect(narration(page)).toHaveText('Certified: all 4 teacher experts recovered');

  const config = await exported(page, 'Config, JSON');
  const folder = await mkdtemp(join(tmpdir(), 'softmoe-'));
  const path = join(folder, 'config.json');
  await writeFile(path, config);
  const told = await reference(path);
  const shown = JSON.parse((await exported(page, 'Result, JSON')).toString());
  for (const key of ['teachers', 'students', 'recovered', 'survivors', 'config', 'missing']) {
    expect(shown[key], key).toEqual(told[key as keyof typeof told]);
  }
  expect(shown.certificate.verdict).toBe(told.certificate.verdict);
  const pairs: [string, number, number][] = [
    ...['start', 'trained', 'pruned'].map((at): [string, number, number] => [
      `loss ${at}`,
      shown.loss[at],
      told.loss[at],
    ]),
    ...told.milestones.expert.map((at: number, j: number) => [
      'expert',
      shown.milestones.expert[j],
      at,
    ]),
    ...told.milestones.router.map((at: number, j: number) => [
      'router',
      shown.milestones.router[j],
      at,
    ]),
    ['mu', shown.certificate.mu, told.certificate.mu],
    ['lambdaMax', shown.certificate.lambdaMax, told.certificate.lambdaMax],
    ['predicted', shown.contraction.predicted, told.contraction.predicted],
  ];
  for (const [name, page, terminal] of pairs) {
    expect(Math.abs(page / terminal - 1), name).toBeLessThan(AGREE);
  }
  expect(shown.parameterError).toBeLessThan(1e-12);
  expect(Math.abs(shown.loss.final)).toBeLessThan(1e-14);
  // What stands on the page is what is in the file.
  const measured = await page.getByTestId('contraction-measured').textContent();
  expect(measured).toBe(told.contraction.measured.toFixed(6));
});

test('says why too few students fail', async ({ page }) => {
  await open(page, 'preset=too-few');
  await expect(page.getByText(/cannot represent 5 teacher experts/)).toBeVisible();
  await trained(page);
  await prune(page);
  await finetune(page);
  await expect(narration(page)).toHaveText(
    /^Not recovered: teacher experts .* the loss is not zero$/,
  );
  await expect(page.getByText(/Use more students/)).toBeVisible();
});

test('goes on by itself if asked to', async ({ page }) => {
  await open(page, 'preset=quick&autoplay=1');
  await expect(narration(page)).toHaveText('Certified: all 3 teacher experts recovered', {
    timeout: 20_000,
  });
});

test('takes the tour to its end, with evidence at every stop', async ({ page }) => {
  await page.goto('./');
  await page.getByRole('button', { name: 'Take the tour' }).click();
  const evidence = page.getByTestId('evidence');
  const said = [
    /of 64 overlaps/,
    /Found at t = /,
    /4 of 4 routers came after/,
    /√d/,
    /16 → 4 units/,
    /measured 0\.8/,
    /nonzero-loss/,
  ];
  for (const [i, text] of said.entries()) {
    await expect(page.getByText(`Tour, ${i + 1} of ${said.length}`)).toBeVisible();
    await expect(evidence).toHaveText(text, { timeout: 25_000 });
    await page.getByRole('button', { name: i + 1 < said.length ? 'Next' : 'Finish' }).click();
  }
  await expect(evidence).toHaveCount(0);
});
