import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchChromium } from '../src/chromium.ts';
import { builders, withSite } from './builders.ts';
import { column, type Exception } from './cell.ts';
import { expectWorkDone, programsOf } from './program.ts';
import type { Row } from './row.ts';
import { linesOf } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const NODE: Exception = { but: 'needs modules of Node', outcome: 'untried' };

/** These move no file that a module names by `new URL(…, import.meta.url)`: the README of backend-tfjs says what to do. */
const WASM: Exception = {
  but: 'with the option wasmPaths, and the .wasm files of tfjs served',
  outcome: 'works',
};

function exceptionOf({ name, needsNode }: Row, environment: string): Exception | undefined {
  if (needsNode) return NODE;
  return name === 'backend-tfjs' && ['esbuild', 'rolldown'].includes(environment)
    ? WASM
    : undefined;
}

/** A program that says where the page finds the .wasm files of tfjs. */
function withWasmPaths(program: string): string {
  return program.replaceAll(
    "createTfjsBackend('wasm')",
    "createTfjsBackend('wasm', { wasmPaths: './wasm/' })",
  );
}

for (const [name, builder] of Object.entries(builders)) {
  column(
    name,
    async (row) => {
      const needsPaths = exceptionOf(row, name) === WASM;
      for (const [i, plain] of programsOf(row).entries()) {
        const program = needsPaths ? withWasmPaths(plain) : plain;
        const lines = await withSite(row.path, program, builder, (url) => linesOf(browser, url));
        expectWorkDone(lines, row.printed[i] ?? '');
      }
    },
    (row) => exceptionOf(row, name),
  );
}
