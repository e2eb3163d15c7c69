import { expect, it } from 'vitest';
import { neighbour, pageWasmFiles } from './wasm-files.ts';

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
