import { expect, finetune, more, open, type Page, prune, test, trained } from './page.ts';

/** Sum of the shifts of a page while it starts, as browsers score it: what follows an input within half a second is left out. */
const SHIFT = 0.05;

async function shiftOf(page: Page, hash: string): Promise<number> {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[]) {
        if (!entry.hadRecentInput) shifts.push(entry.value);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`./${hash}`);
  await trained(page);
  return page.evaluate(() =>
    (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
  );
}

for (const [device, width, height] of [
  ['desk', 1440, 900],
  ['tall desk', 1440, 2400],
  ['tablet', 1000, 900],
  ['phone', 390, 844],
] as const) {
  for (const [visit, hash] of [
    ['a first visit', ''],
    ['a link', '#preset=quick'],
  ] as const) {
    test(`stays where it is from its first paint to the end of training: ${visit}, ${device}`, async ({
      page,
    }) => {
      await page.setViewportSize({ width, height });
      expect(await shiftOf(page, hash)).toBeLessThan(SHIFT);
    });
  }
}

/** Whether a part of the page is on the screen as a whole, without scrolling. */
async function inSight(page: Page, what: string): Promise<void> {
  await expect(page.locator(what).first(), what).toBeInViewport({ ratio: 0.99 });
}

test('a desk shows the architecture, the alignment, the loss and the figure of its stage at once', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, 'preset=story');
  const always = ['.drawing', '#alignment .plot', '#alignment .lags', '#loss .plot'];
  const atOnce = async (stage: string) => {
    for (const what of [...always, stage]) await inSight(page, what);
    expect(await page.evaluate(() => scrollY), stage).toBe(0);
  };
  await trained(page);
  await atOnce('#students canvas');
  await prune(page);
  await atOnce('#elimination svg.chart');
  await finetune(page);
  await atOnce('#certificate .verdict');
  await atOnce('#certificate .contraction');
});

test('the setup stays in sight beside the figures: a few settings first, the rest on demand', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, 'preset=quick');
  const gate = page.getByLabel('Gate', { exact: true });
  await expect(gate).toBeHidden();
  await more(page);
  await expect(gate).toBeVisible();
  await page.locator('#sweep').scrollIntoViewIfNeeded();
  await expect(page.getByLabel('Dimension d', { exact: true })).toBeInViewport();
});
