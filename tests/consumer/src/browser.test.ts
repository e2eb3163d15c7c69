import { build } from 'vite';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { install, type UserProject } from './user.ts';

let user: UserProject;
beforeAll(() => {
  user = install(inject('tarballs'), '@softmoe/lab');
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
