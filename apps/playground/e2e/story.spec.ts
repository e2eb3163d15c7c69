import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '@softmoe/lab';
import {
  expect,
  exported,
  narration,
  open,
  reference,
  runToEnd,
  storyToEnd,
  test,
} from './page.ts';

/** JavaScript engines differ in the last digit of exp; the flow amplifies that a little. */
const AGREE = 1e-9;

test('tells the story at its own pace, to the numbers of the command line', async ({ page }) => {
  await page.goto('./');
  await expect(narration(page)).toHaveText(/^Experts first/);
  await expect(narration(page)).toHaveText(/^Routers follow/);
  await storyToEnd(page);

  const config = await exported(page, 'Config, JSON');
  const folder = await mkdtemp(join(tmpdir(), 'softmoe-'));
  const path = join(folder, 'config.json');
  await writeFile(path, config);
  const told = await reference(path);
  const shown: Summary = JSON.parse((await exported(page, 'Result, JSON')).toString());
  for (const key of [
    'teachers',
    'students',
    'recovered',
    'survivors',
    'config',
    'missing',
  ] as const) {
    expect(shown[key], key).toEqual(told[key]);
  }
  expect(shown.certificate.verdict).toBe(told.certificate.verdict);
  const numbers = ({ loss, milestones, certificate, contraction }: Summary) => [
    ...[loss.start, loss.trained, loss.pruned],
    ...[...milestones.expert, ...milestones.router],
    ...[certificate.mu, certificate.lambdaMax, contraction.predicted],
    certificate.proof?.radius,
  ];
  for (const [i, number] of numbers(told).entries()) {
    const ratio = Number(numbers(shown)[i]) / Number(number);
    expect(Math.abs(ratio - 1), `number ${i}`).toBeLessThan(AGREE);
  }
  expect(shown.parameterError).toBeLessThan(1e-12);
  expect(Math.abs(shown.loss.final)).toBeLessThan(1e-14);
  expect(shown.certificate.proof?.distance).toBeLessThan(1e-13);
  await expect(page.getByTestId('proof')).toContainText('Proved: in the ball of radius');
  // What stands on the page is what is in the file.
  const measured = await page.getByTestId('contraction-measured').textContent();
  expect(measured).toBe(told.contraction.measured?.toFixed(6));
});

test('says why too few students fail', async ({ page }) => {
  await open(page, 'preset=too-few');
  await expect(page.getByText(/cannot represent 5 teacher experts/)).toBeVisible();
  await runToEnd(page);
  await expect(narration(page)).toHaveText(
    /^Not recovered: teacher experts .* the loss is not zero$/,
  );
  await expect(page.getByText(/Use more students/)).toBeVisible();
});

test('goes on by itself if asked to', async ({ page }) => {
  await open(page, 'preset=quick&autoplay=1');
  await expect(narration(page)).toHaveText('Certified and proved: all 3 teacher experts recovered');
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
    await expect(evidence).toHaveText(text);
    await page.getByRole('button', { name: i + 1 < said.length ? 'Next' : 'Finish' }).click();
  }
  await expect(evidence).toHaveCount(0);
});
