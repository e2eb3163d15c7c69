import { expect, open, runToEnd, saved, test } from './page.ts';

const figures = ['alignment', 'students', 'loss', 'elimination', 'certificate', 'planes'];

test('every figure is saved for print and as on screen', async ({ page }) => {
  await open(page, 'preset=quick');
  await runToEnd(page);
  await page.getByRole('button', { name: 'Run the sweep' }).click();
  await expect(page.getByTestId('sweep')).toContainText('√d');
  for (const name of [...figures, 'sweep']) {
    const figure = page.locator(`#${name}`);
    const svg = (await saved(page, figure.getByRole('button', { name: 'SVG' }))).toString();
    expect(svg, name).toMatch(/^<svg[^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg, name).toMatch(/<desc[^>]*>[^<]{60,}/);
    expect(svg.match(/<(path|circle|rect|line)/g)?.length, name).toBeGreaterThan(5);
    const png = await saved(page, figure.getByRole('button', { name: 'PNG' }));
    expect(png.subarray(1, 4).toString(), name).toBe('PNG');
    // At twice the screen's resolution, and not an empty sheet.
    const box = await figure.boundingBox();
    expect(png.readUInt32BE(16), name).toBeGreaterThanOrEqual(2 * Math.floor(box?.width ?? 0));
    expect(png.length, name).toBeGreaterThan(20_000);
  }
});

test('says so where there is nothing to draw', async ({ page }) => {
  await open(page, 'preset=quick');
  await page.locator('#certificate').getByRole('button', { name: 'SVG' }).click();
  await expect(page.locator('#certificate').getByText('nothing to draw yet')).toBeVisible();
});
