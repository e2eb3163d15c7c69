import { createKernelsBackend } from '@softmoe/backend-tfjs/kernels';
import { expect, it } from 'vitest';
import { chooseBackend } from './backend.ts';

const relaxed = await createKernelsBackend({ variant: 'relaxed' }).then(
  () => true,
  () => false,
);

it('takes the variant that a link asks for, and says so', async () => {
  const simd = await chooseBackend(true, 'simd');
  expect(simd.kernel).toBe('simd');
  expect(simd.backend.info.simd).toBe('simd');
  expect(simd.sentence).toMatch(/as the link asks for/);
  const reference = await chooseBackend(true, 'float64');
  expect(reference.kernel).toBe('float64');
  expect(reference.backend.info.precision).toBe('float64');
});

it('computes relaxed where it can, else says what it does instead', async () => {
  const chosen = await chooseBackend(true, 'relaxed');
  expect(chosen.kernel).toBe(relaxed ? 'relaxed' : 'simd');
  expect(chosen.backend.info.simd).toBe(chosen.kernel);
  expect(chosen.sentence).toMatch(
    relaxed ? /relaxed SIMD .* as the link asks for/ : /asks for relaxed, but .* fused SIMD/,
  );
});

it('does without SIMD, whatever a link asks for', async () => {
  for (const wanted of [undefined, 'simd', 'relaxed']) {
    const { kernel, sentence } = await chooseBackend(false, wanted);
    expect(kernel).toBe('float64');
    expect(sentence).toMatch(/no WebAssembly SIMD/);
  }
});
