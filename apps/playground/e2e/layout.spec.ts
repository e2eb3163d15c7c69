import { expect, type Page, test, trained } from './page.ts';

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
