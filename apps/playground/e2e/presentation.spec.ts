import type { Page } from '@playwright/test';
import { expect, narration, open, runToEnd, test, violations } from './page.ts';

/** What a slide shows under its heading, from top to bottom. */
const parts = (page: Page) =>
  page.locator('.slide').evaluate((slide) =>
    [...slide.querySelectorAll(':scope > h2, :scope > .body > *')]
      .filter((part) => part.checkVisibility())
      .map((part) => {
        const { top, bottom } = part.getBoundingClientRect();
        const hides = getComputedStyle(part).overflowY !== 'visible';
        const cut = hides ? part.scrollHeight - part.clientHeight : 0;
        return { name: part.className || part.tagName, top, bottom, cut };
      })
      .sort((a, b) => a.top - b.top),
  );

test('figures are slides of a lecture hall’s size, turned by arrow keys under the headline', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await open(page, 'preset=quick');
  await runToEnd(page);
  await page.getByRole('button', { name: 'Present' }).click();
  await expect(page.getByTestId('slide')).toHaveText('1 / 8');
  const seen: string[] = [];
  for (let slide = 1; slide < 8; slide++) {
    await page.keyboard.press('ArrowRight');
    await expect(page.getByTestId('slide')).toHaveText(`${slide + 1} / 8`);
    const figures = page.locator('figure:visible');
    await expect(figures).toHaveCount(1);
    seen.push((await figures.getAttribute('id')) ?? '');
    await expect(narration(page)).toBeInViewport({ ratio: 1 });
  }
  expect(new Set(seen).size).toBe(7);
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('slide')).toHaveText('7 / 8');
  // Every text in sight, in pixels of the screen.
  const smallest = await page.evaluate(() => {
    const zoomOf = (element: Element | null): number =>
      element ? Number(getComputedStyle(element).zoom || 1) * zoomOf(element.parentElement) : 1;
    const sizes = [...document.querySelectorAll('.slide *, .bar *, .presenter *')]
      .filter(
        (element) => element.checkVisibility() && !element.closest('.visually-hidden, .unseen'),
      )
      .filter((element) =>
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
      )
      .map((element) => Number.parseFloat(getComputedStyle(element).fontSize) * zoomOf(element));
    return Math.min(...sizes);
  });
  expect(smallest).toBeGreaterThanOrEqual(28);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.locator('figure:visible')).toHaveCount(7);
});

test('a slide squeezes and covers nothing of what it shows', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await open(page, 'preset=quick');
  await runToEnd(page);
  await page.getByRole('button', { name: 'Present' }).click();
  await expect(page.getByTestId('slide')).toHaveText('1 / 8');
  for (let slide = 2; slide <= 8; slide++) {
    await page.keyboard.press('ArrowRight');
    await expect(page.getByTestId('slide')).toHaveText(`${slide} / 8`);
    await expect.poll(async () => (await parts(page)).length).toBeGreaterThan(1);
    const shown = await parts(page);
    shown.forEach(({ name, top, cut }, i) => {
      expect(cut, `${slide}: ${name}`).toBeLessThanOrEqual(1);
      expect(top, `${slide}: ${name}`).toBeGreaterThanOrEqual((shown[i - 1]?.bottom ?? 0) - 1);
    });
  }
  for (let slide = 8; slide > 6; slide--) await page.keyboard.press('ArrowLeft');
  const bars = page.locator('.slide .rail > div');
  await expect(bars).toHaveCount(2);
  for (const bar of await bars.all()) await expect(bar).toBeVisible();
});

test('slides of a phone fit its width, the architecture too', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'preset=quick');
  await runToEnd(page);
  await page.getByRole('button', { name: 'Present' }).click();
  await expect(page.locator('.slide .drawing')).toBeVisible();
  for (let slide = 1; slide <= 8; slide++) {
    await expect(page.getByTestId('slide')).toHaveText(`${slide} / 8`);
    const wider = await page
      .locator('.slide')
      .evaluate((element) =>
        [element, ...element.querySelectorAll('div, svg, text')]
          .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > 391)
          .map((part) => part.textContent),
      );
    expect(wider, `slide ${slide}`).toEqual([]);
    await expect(narration(page)).toBeInViewport({ ratio: 1 });
    await page.getByRole('button', { name: 'Next slide' }).click();
  }
});
