import { build } from 'vite';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { install, type UserProject } from './user.ts';

let user: UserProject;
beforeAll(() => {
  user = install(inject('tarballs'), '@softmoe/backend-tfjs');
});
afterAll(() => user.remove());

it('@softmoe/backend-tfjs builds for the browser with Vite, which brings the files of tfjs along', async () => {
  user.write('index.html', '<script type="module" src="/main.js"></script>');
  user.write(
    'main.js',
    "import { createTfjsBackend } from '@softmoe/backend-tfjs';\nconsole.log((await createTfjsBackend('wasm')).info);\n",
  );
  const output = await build({
    root: user.path,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, target: 'es2022' },
  });
  const [bundle] = [output].flat();
  if (!bundle || !('output' in bundle)) throw new Error('Vite made no bundle');
  const assets = bundle.output
    .filter(({ type }) => type === 'asset')
    .map(({ fileName }) => fileName);
  expect(assets).toContainEqual(expect.stringMatching(/tfjs-backend-wasm-simd-.*\.wasm$/));
  const code = bundle.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('');
  expect(code).not.toMatch(/from\s*["']node:/);
});
