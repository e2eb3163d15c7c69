import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import type { Summary } from '@softmoe/lab';

/** A page that fails its test on any error, and on any request to another host. */
export const test = base.extend<{ watched: undefined }>({
  watched: [
    async ({ page, baseURL }, use) => {
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') {
          wrong.push(`console: ${message.text()}`);
        }
      });
      const host = new URL(baseURL ?? 'http://localhost').host;
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (!['data:', 'blob:'].includes(url.protocol) && url.host !== host) {
          wrong.push(`request: ${request.url()}`);
        }
      });
      await use(undefined);
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect, type Page };

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
  await expect(narration(page)).toHaveText('Certified: all 4 teacher experts recovered');
}

/** Opens a file by the page's own button. */
export async function openFile(page: Page, name: string, content: Buffer | string): Promise<void> {
  await page
    .getByTestId('file')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) });
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
