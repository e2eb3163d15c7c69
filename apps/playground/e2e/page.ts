import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Locator } from '@playwright/test';
import type { Summary } from '@softmoe/lab';
import { expect, type Page, test, violations } from './watched.ts';

export { expect, type Page, test, violations };

export const narration = (page: Page) => page.getByTestId('narration');

export async function fast(page: Page): Promise<void> {
  await page.getByLabel('Speed').selectOption({ label: 'max' });
}

/** Opens the playground on a link and runs as fast as it computes. */
export async function open(page: Page, hash: string = ''): Promise<void> {
  await page.goto(hash === '' ? './' : `./#${hash}`);
  await expect(page.getByTestId('progress')).toBeVisible();
  await fast(page);
}

/** Opens the settings that are not among the few. */
export async function more(page: Page): Promise<void> {
  await page.getByText('More settings').click();
}

/** Types a number into a field, as a hand does. */
export async function enter(field: Locator, value: string): Promise<void> {
  await field.click();
  await field.press('ControlOrMeta+a');
  await field.pressSequentially(value);
  await field.press('Enter');
}

export async function trained(page: Page): Promise<void> {
  await expect(page.getByTestId('prune')).toHaveClass(/primary/);
}

export async function prune(page: Page): Promise<void> {
  await page.getByTestId('prune').click();
  await expect(narration(page)).toHaveText(/^Pruned/);
}

export async function finetune(page: Page): Promise<void> {
  await page.getByTestId('finetune').click();
  await expect(page.locator('.verdict')).toBeVisible();
}

/** All phases to the verdict. */
export async function runToEnd(page: Page): Promise<void> {
  await trained(page);
  await prune(page);
  await finetune(page);
}

/** The first visit from its training to its certificate, with what the page says on the way. */
export async function storyToEnd(page: Page): Promise<void> {
  await trained(page);
  await prune(page);
  await expect(narration(page)).toHaveText('Pruned: 16 → 4 units. Now press Fine-tune');
  await finetune(page);
  await expect(narration(page)).toHaveText('Certified and proved: all 4 teacher experts recovered');
}

/** Opens a file by the page's own button. */
export async function openFile(page: Page, name: string, content: Buffer | string): Promise<void> {
  await page
    .getByTestId('file')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) });
}

/** Lets files fall on the page, by their names and what is in them. */
export async function drop(
  page: Page,
  files: Readonly<Record<string, Uint8Array | string>>,
  at: { readonly x: number; readonly y: number } = { x: 300, y: 400 },
): Promise<void> {
  const list = Object.entries(files).map(([name, content]) => [name, [...Buffer.from(content)]]);
  await page.evaluate(
    ({ list, at }) => {
      const dataTransfer = new DataTransfer();
      for (const [name, bytes] of list as [string, number[]][]) {
        dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
      }
      const where = { clientX: at.x, clientY: at.y, bubbles: true };
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, ...where }));
    },
    { list, at },
  );
}

/** The bytes of what a button saves. */
export async function saved(page: Page, button: Locator): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await button.click();
  const stream = await (await download).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The bytes of what an item of the menu saves. */
export async function exported(page: Page, item: string): Promise<Buffer> {
  const menu = page.locator('details.menu');
  if (!(await menu.evaluate((element) => (element as HTMLDetailsElement).open))) {
    await menu.locator('summary').click();
  }
  return saved(page, menu.getByRole('button', { name: item, exact: true }));
}

const run = promisify(execFile);
const command = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));

/** What the command line finds for a preset, or for the config in a file. */
export async function reference(config: string, ...options: string[]): Promise<Summary> {
  const told = ['run', config, '--json', '--quiet', ...options];
  const { stdout } = await run(process.execPath, [command, ...told]);
  return JSON.parse(stdout);
}
