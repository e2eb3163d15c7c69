import { expect, narration, open, type Page, prune, test, trained } from './page.ts';

const diagram = (page: Page) => page.getByRole('group', { name: /^The teacher and the student/ });
const unit = (page: Page, name: string) => diagram(page).getByRole('button', { name, exact: true });
const panel = (page: Page) => page.getByRole('region', { name: 'The unit in focus' });

/** Colours that a canvas holds: an empty one has one, a function on a plane many. */
const colours = (page: Page, canvas: string) =>
  page.locator(canvas).evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const ctx = (element as HTMLCanvasElement).getContext('2d');
    return new Set(new Uint32Array(ctx?.getImageData(0, 0, width, height).data.buffer ?? [])).size;
  });

/** Degrees from the teacher's direction at which a unit's needles stand: router, expert. */
const needles = async (page: Page, name: string) =>
  unit(page, name)
    .locator('path[transform^=rotate]')
    .evaluateAll((paths) =>
      paths.map((path) =>
        Number(/rotate\(([^)]*)/.exec(path.getAttribute('transform') ?? '')?.[1]),
      ),
    );

test('the diagram shows each unit, whose needles turn to the teacher’s as it learns', async ({
  page,
}) => {
  await page.goto('./#preset=quick');
  await expect(diagram(page).getByRole('button')).toHaveCount(3 + 15);
  await page.getByLabel('Speed').selectOption({ label: 'max' });
  await trained(page);
  await prune(page);
  // The diagram draws in its turn, after the headline.
  await expect(diagram(page)).toHaveAttribute(
    'aria-label',
    'The teacher and the student: 3 teacher experts and 15 students, of which 3 are left',
  );
  await expect(diagram(page).locator('.gone')).toHaveCount(12);
  const survivors = await diagram(page)
    .locator('.unit:has(.works:not(.gone))')
    .evaluateAll((found) => found.map((element) => element.getAttribute('aria-label') ?? ''));
  expect(survivors).toHaveLength(3);
  for (const name of survivors) {
    for (const angle of await needles(page, name)) expect(angle).toBeLessThan(30);
  }
});

test('a unit in focus shows its function, match and history, and every figure follows', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await trained(page);
  // With nothing in focus it asks, as training has ended.
  await expect(panel(page)).toContainText('How many units will be left?');
  const planes = page.locator('#planes');
  await expect(planes.getByText('student f', { exact: true })).toBeVisible();
  await unit(page, 'Teacher expert 2').hover();
  await expect(panel(page)).toContainText('Teacher expert 2');
  await expect(planes.getByText('teacher 2 alone')).toBeVisible();
  await expect(planes.getByTestId('plane')).toHaveText('expert 2 across, router 2 up');
  await unit(page, 'Student 4').hover();
  await expect(panel(page).getByRole('heading')).toHaveText('Student 4');
  await expect(page.locator('#student-told')).toHaveText(/^Student 4: /);
  await expect(planes.getByText('student 4 alone')).toBeVisible();
  await expect(panel(page)).toContainText('its function alone');
  await expect(
    panel(page).getByRole('img', { name: /Overlaps of the expert .* with teacher \d over time/ }),
  ).toBeVisible();
  expect(await colours(page, '[aria-label="The unit in focus"] canvas')).toBeGreaterThan(5);
  // A click keeps it, wherever the pointer goes.
  await unit(page, 'Student 4').click();
  await page.mouse.move(2, 2);
  await expect(panel(page).getByRole('heading')).toHaveText('Student 4');
  await unit(page, 'Student 4').click();
  await page.mouse.move(2, 2);
  await expect(panel(page)).toContainText('How many units will be left?');
  // The other way round: a figure leads, and the diagram follows.
  await page.locator('#students canvas').focus();
  await page.keyboard.press('ArrowRight');
  await expect(panel(page).getByRole('heading')).toHaveText('Student 1');
});

test('the units of the diagram are stepped through by arrow keys', async ({ page }) => {
  await open(page, 'preset=quick');
  await trained(page);
  await unit(page, 'Student 1').focus();
  await expect(panel(page).getByRole('heading')).toHaveText('Student 1');
  await page.keyboard.press('ArrowRight');
  await expect(unit(page, 'Student 2')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(unit(page, 'Teacher expert 3')).toBeFocused();
  await expect(panel(page).getByRole('heading')).toHaveText('Teacher expert 3');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(panel(page).getByRole('heading')).toHaveText('Teacher expert 3');
  await expect(narration(page)).toBeVisible();
});

test('the pictures of both functions become the same', async ({ page }) => {
  await open(page, 'preset=quick&autoplay=1');
  await expect(narration(page)).toHaveText(/^Certified/);
  const same = () =>
    page.evaluate(() => {
      const [teacher, student] = [
        ...document.querySelectorAll<HTMLCanvasElement>('.drawing canvas'),
      ];
      const pixels = (canvas: HTMLCanvasElement | undefined) =>
        canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const [a, b] = [[...pixels(teacher)], [...pixels(student)]];
      return a.length > 1000 && a.every((value, i) => Math.abs(value - (b[i] ?? 0)) <= 1);
    });
  await expect.poll(same).toBe(true);
});
