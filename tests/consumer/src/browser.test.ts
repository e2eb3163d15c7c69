import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { linesOf, serve } from '../matrix/site.ts';
import { launchChromium } from './chromium.ts';
import { install, type UserProject } from './user.ts';

/** Sends the hashes of all models of whole runs: of the exact loss in either variant, and of softmax gates on samples. */
const hashes = `
import { createReferenceBackend } from '@softmoe/backend';
import { presetConfig, runPipeline } from '@softmoe/lab';

const send = globalThis.softmoeSend ?? console.log;
const runs = [
  ['quick', { variant: 'float64' }],
  ['quick', { variant: 'float64-simd' }],
  ['softmax', { train: { time: 1, batchSize: 128 } }],
];
for (const [preset, changes] of runs) {
  const { models } = await runPipeline(presetConfig(preset, changes), { backend: createReferenceBackend() });
  for (const [name, { params }] of Object.entries(models)) {
    let hash = 0x811c9dc5;
    for (const { data } of Object.values(params)) {
      for (const word of new Uint32Array(data.slice().buffer)) hash = Math.imul(hash ^ word, 0x01000193);
    }
    send(JSON.stringify([preset, changes.variant, name, hash >>> 0]));
  }
}
send(JSON.stringify({ done: true }));
`;

let user: UserProject;
beforeAll(() => {
  user = install(inject('tarballs'), '@softmoe/lab', '@softmoe/backend');
});
afterAll(() => user.remove());

it('@softmoe/lab builds for the browser with Vite, without a polyfill or a word about Node', async () => {
  user.write('index.html', '<script type="module" src="/main.js"></script>');
  user.write(
    'main.js',
    "import { presetConfig, runPipeline } from '@softmoe/lab';\nconsole.log(await runPipeline(presetConfig('quick')));\n",
  );
  const warnings: string[] = [];
  const output = await build({
    root: user.path,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      rollupOptions: { onwarn: (warning) => warnings.push(warning.message) },
    },
  });
  expect(warnings).toEqual([]);
  const [bundle] = [output].flat();
  if (!bundle || !('output' in bundle)) throw new Error('Vite made no bundle');
  const code = bundle.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('');
  expect(code.length).toBeGreaterThan(10_000);
  expect(code).not.toMatch(/__vite-browser-external|from\s*["']node:/);
});

it('@softmoe/lab gives the bits of Node in Chromium: models of exact runs and of softmax gates on samples', async () => {
  user.write('index.html', '<script type="module" src="/main.js"></script>');
  user.write('main.js', hashes);
  const root = { root: user.path, configFile: false, logLevel: 'silent' } as const;
  await build({ ...root, build: { target: 'es2022', minify: false } });
  const [site, browser] = await Promise.all([serve(join(user.path, 'dist')), launchChromium()]);
  try {
    const inNode = user.run('node', 'main.js').trim().split('\n');
    expect(inNode.length).toBeGreaterThan(10);
    expect(await linesOf(browser, site.url)).toEqual(inNode);
  } finally {
    await Promise.all([site.close(), browser.close()]);
  }
});
