import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, exported, fast, type Page, runToEnd, test, trained } from './page.ts';

/** Bytes, before compression, that the first paint may wait for. */
const PAINT = 32_000;
/** Bytes, before compression, of the scripts on which the page shows itself and a run. */
const SCRIPTS = 240_000;
/** Records shown in a second at the page's own pace. */
const SECOND = 20;
/** Where the page has its words, errors and tables from. What computes needs the other packages, or more of model. */
const ON_PAGE = /^(?:figures|lab|train)\/|^model\/src\/errors\.ts$/;

const assets = new URL('../dist/assets/', import.meta.url);

const progress = (page: Page) => page.getByTestId('progress');

/** What the page has loaded: the body of every file, by its name. */
function loads(page: Page): Map<string, Promise<Buffer>> {
  const loaded = new Map<string, Promise<Buffer>>();
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    const body = response.body();
    // What is still under way when a test ends has no body; who asks for one is told.
    body.catch(() => undefined);
    loaded.set(pathname.endsWith('/') ? 'index.html' : basename(pathname), body);
  });
  return loaded;
}

async function bytes(files: Iterable<Promise<Buffer>>): Promise<number> {
  const bodies = await Promise.all(files);
  return bodies.reduce((total, { length }) => total + length, 0);
}

/** Holds back every request of these kinds until it is released. */
async function hold(page: Page, isHeld: (type: string, file: string) => boolean) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/*', async (route) => {
    const request = route.request();
    if (isHeld(request.resourceType(), basename(new URL(request.url()).pathname))) await released;
    await route.continue();
  });
  return release;
}

test('paints with nothing but its document and its style, which are small', async ({ page }) => {
  const loaded = loads(page);
  const release = await hold(page, (type) => type !== 'document' && type !== 'stylesheet');
  await page.goto('./', { waitUntil: 'commit' });
  await page.waitForFunction(
    () => performance.getEntriesByName('first-contentful-paint').length > 0,
  );
  await expect(page.getByRole('heading', { name: 'Experts guide routers' })).toBeVisible();
  expect([...loaded.keys()]).toEqual(['index.html', expect.stringMatching(/\.css$/)]);
  expect(await bytes(loaded.values())).toBeLessThan(PAINT);
  release();
  await expect(progress(page)).not.toHaveText('t = 0.0');
});

test('shows itself without its worker, and no number moves before that has come', async ({
  page,
}) => {
  const loaded = loads(page);
  const release = await hold(page, (_, file) => file.startsWith('worker'));
  await page.goto('./#preset=quick', { waitUntil: 'commit' });
  await expect(page.getByTestId('play')).toBeVisible();
  await page.evaluate(async () => {
    for (let i = 0; i < 60; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
  await expect(progress(page)).toHaveText('t = 0.0');
  const scripts = scriptsOf(loaded);
  expect(scripts.filter((file) => !/^(index|disclose-version)-/.test(file))).toEqual([]);
  expect(scripts).toContainEqual(expect.stringMatching(/^index-/));
  expect(await bytes(scripts.map((file) => loaded.get(file)!))).toBeLessThan(SCRIPTS);
  release();
  await expect(progress(page)).not.toHaveText('t = 0.0');
});

test('computes nothing itself: its scripts hold none of what does', async ({ page }) => {
  const loaded = loads(page);
  await page.goto('./#preset=quick');
  await fast(page);
  await runToEnd(page);
  await expect(page.getByTestId('chip')).toHaveAttribute('data-backend', 'tfjs-wasm');
  const workers = page.workers().map((worker) => basename(new URL(worker.url()).pathname));
  // One for the run, one for the student beside it, of the same file.
  expect(workers).toEqual([expect.stringMatching(/^worker-/), workers[0]]);
  const [worker = ''] = workers;
  const theirs = importedBy(worker, scriptsOf(loaded));
  const loadedByWorkers = theirs.filter((file) => file !== worker);
  const own = scriptsOf(loaded).filter((file) => !theirs.includes(file));
  expect(foreign(modulesOf([worker]))).toEqual(
    expect.arrayContaining(['model', 'population', 'zod']),
  );
  expect(modulesOf([worker]).filter((path) => path.includes('@tensorflow'))).toEqual([]);
  expect(modulesOf(loadedByWorkers).some((path) => path.includes('@tensorflow'))).toBe(true);
  expect(foreign(modulesOf(own))).toEqual([]);
  expect(modulesOf(own).filter((path) => path.includes('@tensorflow'))).toEqual([]);
});

test('draws all along the training of canonical', async ({ page }) => {
  await page.addInitScript(() => {
    const drawn = new Set<string>();
    Object.assign(globalThis, { drawn });
    new MutationObserver(() => {
      const text = document.querySelector('[data-testid=progress]')?.textContent;
      if (text) drawn.add(text);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto('./#preset=canonical');
  await trained(page);
  const drawn = await page.evaluate(
    () => (globalThis as unknown as { drawn: Set<string> }).drawn.size,
  );
  const records = (await exported(page, 'Records of training, CSV'))
    .toString()
    .trimEnd()
    .split('\n').length;
  expect(records).toBeGreaterThan(50);
  // A page that keeps up draws nearly every record. One that blocks for long draws a few.
  expect(drawn).toBeGreaterThan((2 * records) / SECOND);
});

/** Scripts among what was loaded; the service worker's is no part of the page. */
function scriptsOf(loaded: Map<string, unknown>): string[] {
  return [...loaded.keys()].filter((file) => file.endsWith('.js') && file !== 'sw.js');
}

/** A script, and those of `files` that it imports, itself or through others. */
function importedBy(script: string, files: readonly string[], found: string[] = []): string[] {
  found.push(script);
  const code = readFileSync(new URL(script, assets), 'utf8');
  for (const file of files) {
    if (!found.includes(file) && code.includes(file)) importedBy(file, files, found);
  }
  return found;
}

/** Paths of the modules in built scripts, from the source maps beside them. */
function modulesOf(scripts: readonly string[]): string[] {
  return scripts.flatMap(
    (file) => JSON.parse(readFileSync(new URL(`${file}.map`, assets), 'utf8')).sources,
  );
}

/** Packages among the modules that have no business on the page. */
function foreign(modules: readonly string[]): string[] {
  const ours = modules.map((path) => path.match(/\/packages\/(.*)/)?.[1]);
  const names = ours.map((path) => (path && !ON_PAGE.test(path) ? path.split('/')[0]! : ''));
  const zod = modules.some((path) => path.includes('node_modules/zod/')) ? 'zod' : '';
  return [...new Set([...names, zod])].filter((name) => name !== '').sort();
}
