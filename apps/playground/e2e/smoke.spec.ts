import { expect, narration, open, reference, storyToEnd, test } from './page.ts';

test('the story runs to its end, and its numbers are those of the command line', async ({
  page,
}) => {
  await page.goto('./');
  await expect(narration(page)).toHaveText(/^Experts first/);
  await storyToEnd(page);
  await expect(page.getByTestId('runs-on')).toContainText('the exact engine, float64-simd');
  await expect(page).toHaveURL(/variant=float64-simd/);
  const { contraction, certificate, milestones } = await reference('story');
  const shown = (id: string) => page.getByTestId(id).textContent();
  expect(await shown('contraction-predicted')).toBe(contraction.predicted?.toFixed(6));
  expect(await shown('contraction-measured')).toBe(contraction.measured?.toFixed(6));
  expect(Number(await shown('μ'))).toBeCloseTo(certificate.mu, 5);
  expect(Number(await shown('λ-max'))).toBeCloseTo(certificate.lambdaMax, 3);
  const lags = page.getByRole('img', { name: /^Lag of each router/ });
  for (const [j, expert] of milestones.expert.entries()) {
    const lag = (milestones.router[j] ?? 0) - (expert ?? 0);
    const told = `${j + 1} expert at ${expert?.toFixed(1)}, router ${lag.toFixed(1)} later`;
    await expect(lags).toHaveAttribute('aria-label', new RegExp(told));
  }
});

test('a link from before there was a choice goes on in float64', async ({ page }) => {
  await open(page, 'inputDim=16&teachers=2&students=5&train.time=2');
  await expect(page.getByTestId('runs-on')).toContainText('the exact engine, float64,');
  await expect(page.getByTestId('runs-on')).toContainText('The exact loss runs in JavaScript');
  await expect(page).not.toHaveURL(/variant=/);
});
