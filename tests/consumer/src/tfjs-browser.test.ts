import type { Browser } from 'playwright-core';
import { build, createServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { install, type UserProject } from './user.ts';

/** A page that runs the conformance suite on every kind of backend, and puts the outcome into its title. */
const page = `
import { capabilities, createTfjsBackend } from '@softmoe/backend-tfjs';
import { conformanceCases } from '@softmoe/backend/conformance';
import { normals, sampleBatch } from '@softmoe/teacher';

const kinds = [['wasm', { kernels: 'composed' }], ['wasm', { variant: 'simd' }], ['wasm', { variant: 'relaxed' }]];
const outcome = { memory: (await capabilities()).memory, runs: [] };
for (const [name, options] of kinds) {
  const backend = await createTfjsBackend(name, options);
  const run = { info: backend.info, passed: 0, failed: [] };
  for (const { name, run: test } of conformanceCases({ drawBatch: sampleBatch, normals })) {
    await test(backend).then(() => run.passed++, (error) => run.failed.push(name + ': ' + error.message));
  }
  outcome.runs.push(run);
}
document.body.textContent = JSON.stringify(outcome);
document.title = 'done';
`;

interface Outcome {
  readonly memory: string;
  readonly runs: readonly {
    readonly info: { readonly kernels: string; readonly simd: string };
    readonly passed: number;
    readonly failed: readonly string[];
  }[];
}

let user: UserProject;
let browser: Browser;
beforeAll(async () => {
  const names = ['backend-tfjs', 'backend', 'teacher'].map((name) => `@softmoe/${name}`);
  user = install(inject('tarballs'), ...names);
  user.write('index.html', '<body><script type="module" src="/main.js"></script></body>');
  user.write('main.js', page);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  user?.remove();
});

describe('a page with @softmoe/backend-tfjs passes the conformance suite in Chromium', () => {
  it('built by Vite, in a page that is cross-origin isolated', async () => {
    const root = { root: user.path, configFile: false, logLevel: 'silent' } as const;
    const output = await build({ ...root, build: { target: 'es2022' } });
    const chunks = [output].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []));
    const code = chunks.map((chunk) => ('code' in chunk ? chunk.code : '')).join('');
    expect(code).not.toMatch(/from\s*["']node:/);
    const headers = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    const server = await preview({ ...root, preview: { port: 0, headers } });
    await conforms(server.resolvedUrls?.local[0]);
    await server.close();
  });

  it('from the development server of Vite', async () => {
    const server = await createServer({
      root: user.path,
      configFile: false,
      logLevel: 'silent',
      server: { port: 0 },
    });
    await server.listen();
    await conforms(server.resolvedUrls?.local[0]);
    await server.close();
  });
});

async function conforms(url: string | undefined): Promise<void> {
  if (!url) throw new Error('the server has no address');
  const tab = await browser.newPage();
  const errors: string[] = [];
  tab.on('pageerror', (error) => errors.push(String(error)));
  await tab.goto(url);
  const done = tab.waitForFunction('document.title === "done"', undefined, { timeout: 240_000 });
  await done.catch((cause: unknown) => {
    throw new Error(`the page did not finish: ${errors.join('; ')}`, { cause });
  });
  const outcome: Outcome = JSON.parse((await tab.textContent('body')) ?? '');
  await tab.close();
  expect(outcome.memory).toBe('zero-copy');
  const kinds = outcome.runs.map(({ info }) => `${info.kernels} ${info.simd}`);
  expect(kinds).toEqual(['composed simd', 'fused simd', 'fused relaxed']);
  for (const { passed, failed } of outcome.runs) {
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(100);
  }
}
