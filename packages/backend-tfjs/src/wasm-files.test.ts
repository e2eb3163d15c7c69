import { afterEach, expect, it, vi } from 'vitest';
import { neighbour, pageWasmFiles, requireWasmFile, TfjsStartError } from './wasm-files.ts';

afterEach(() => vi.restoreAllMocks());

const file = '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';

it.each([
  ['https://site/node_modules/@softmoe/backend-tfjs/dist/', 'https://site/node_modules/'],
  ['https://site/v2/node_modules/@softmoe/backend-tfjs/dist/', 'https://site/v2/node_modules/'],
])('finds tfjs beside this package: %s', (own, shared) => {
  expect(neighbour(own + file)).toBe(shared + file);
});

it('leaves the addresses of a bundler alone', () => {
  const address = 'https://site/assets/tfjs-backend-wasm-simd-CRzCSZKL.wasm';
  expect(neighbour(address)).toBe(address);
});

it('names all three files, as tfjs demands', () => {
  expect(Object.values(pageWasmFiles()).every((address) => address.endsWith('.wasm'))).toBe(true);
  expect(Object.keys(pageWasmFiles())).toHaveLength(3);
});

it('says which file could not be fetched, be it blocked or missing', async () => {
  const fetching = vi.spyOn(globalThis, 'fetch');
  fetching.mockRejectedValueOnce(new TypeError('blocked'));
  fetching.mockResolvedValueOnce(new Response('', { status: 404, statusText: 'Not Found' }));
  for (const [simd, field, reason] of [
    [true, 'tfjs-backend-wasm-simd.wasm', 'blocked'],
    [false, 'tfjs-backend-wasm.wasm', '404 Not Found'],
  ] as const) {
    const error: unknown = await requireWasmFile('/files/', simd).catch((caught) => caught);
    expect(error).toBeInstanceOf(TfjsStartError);
    expect(error).toMatchObject({
      field,
      value: `/files/${field} (${reason})`,
      remedy: expect.stringMatching(/^Serve/),
    });
  }
});

it('is content with a file that comes', async () => {
  const fetching = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('wasm'));
  await requireWasmFile(pageWasmFiles(), true);
  expect(fetching).toHaveBeenCalledWith(pageWasmFiles()['tfjs-backend-wasm-simd.wasm'], {
    credentials: 'same-origin',
  });
});
