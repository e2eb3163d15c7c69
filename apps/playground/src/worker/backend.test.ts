import { createKernelsBackend } from '@softmoe/backend-tfjs/kernels';
import { expect, it, vi } from 'vitest';
import { chooseBackend } from './backend.ts';

const HAS = { wasm: true, simd: true };

const relaxed = await createKernelsBackend({ variant: 'relaxed' }).then(
  () => true,
  () => false,
);

it('takes the variant that a link asks for, and says so', async () => {
  const simd = await chooseBackend(HAS, { kernel: 'simd' });
  expect(simd.kernel).toBe('simd');
  expect(simd.backend?.info.simd).toBe('simd');
  expect(simd.sentence).toMatch(/as the link asks for/);
  const reference = await chooseBackend(HAS, { kernel: 'float64' });
  expect(reference.kernel).toBe('float64');
  expect(reference.backend?.info.precision).toBe('float64');
});

it('computes relaxed where it can, else says what it does instead', async () => {
  const chosen = await chooseBackend(HAS, { kernel: 'relaxed' });
  expect(chosen.kernel).toBe(relaxed ? 'relaxed' : 'simd');
  expect(chosen.backend?.info.simd).toBe(chosen.kernel);
  expect(chosen.sentence).toMatch(
    relaxed ? /relaxed SIMD .* as the link asks for/ : /asks for relaxed, but .* fused SIMD/,
  );
});

it('samples on TensorFlow.js, unless the run began on the kernels alone', async () => {
  const chosen = await chooseBackend(HAS);
  expect(chosen.backend?.info).toMatchObject({ name: 'tfjs-wasm', kernels: 'fused' });
  expect(chosen.why).toBeUndefined();
  expect((await chooseBackend(HAS)).backend).toBe(chosen.backend);
  const { info } = await createKernelsBackend();
  const begun = await chooseBackend(HAS, { begun: info });
  expect(begun.backend?.info).toEqual(info);
  expect(begun.why).toMatch(/began without TensorFlow.js/);
});

it('takes the kernels alone where TensorFlow.js does not start, in the variant of the link, and says why', async () => {
  vi.doMock('@softmoe/backend-tfjs', () => {
    throw new TypeError('Failed to fetch');
  });
  vi.resetModules();
  const { chooseBackend: choose } = await import('./backend.ts');
  const chosen = await choose(HAS, { kernel: 'simd' });
  vi.doUnmock('@softmoe/backend-tfjs');
  expect(chosen.backend?.info).toMatchObject({ name: 'kernels', simd: 'simd' });
  expect(chosen.sentence).toMatch(
    /fused SIMD WebAssembly kernels in float32, as the link asks for/,
  );
  expect(chosen.why).toMatch(/^TensorFlow.js did not start: /);
});

it.each([
  [{ wasm: true, simd: false }, /no WebAssembly SIMD/],
  [{ wasm: false, simd: false }, /no WebAssembly,/],
])('does without %o, whatever a link asks for', async (engine, reason) => {
  for (const wanted of [undefined, 'simd', 'relaxed']) {
    const { kernel, sentence, why } = await chooseBackend(engine, { kernel: wanted });
    expect(kernel).toBe('float64');
    expect(sentence).toMatch(/float64 reference/);
    expect(why).toMatch(reason);
  }
});
