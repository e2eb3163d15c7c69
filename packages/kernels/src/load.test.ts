import '../test/relaxed.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  isSupported,
  KernelsError,
  KernelsUnsupportedError,
  KernelsValueError,
  loadKernels,
} from './index.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** As on an engine whose validate accepts only binaries of at most so many bytes: the SIMD probe has 28. */
function validateUpTo(bytes: number): void {
  const accepts = (source: BufferSource) => source.byteLength <= bytes;
  vi.spyOn(WebAssembly, 'validate').mockImplementation(accepts);
}

describe('loadKernels', () => {
  it('takes relaxed SIMD where there is one, else plain SIMD', async () => {
    expect(isSupported('relaxed')).toBe(true);
    expect((await loadKernels()).variant).toBe('relaxed');
    validateUpTo(30);
    expect(isSupported('relaxed')).toBe(false);
    expect((await loadKernels()).variant).toBe('simd');
  });

  it('works on the memory it is given', async () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 10 });
    expect((await loadKernels({ memory, variant: 'simd' })).memory).toBe(memory);
  });

  it('says in one sentence what to do without relaxed SIMD', async () => {
    validateUpTo(30);
    const error = await loadKernels({ variant: 'relaxed' }).catch((reason) => reason);
    expect(error).toBeInstanceOf(KernelsUnsupportedError);
    expect(error).toBeInstanceOf(KernelsError);
    expect(error).toMatchObject({ field: 'variant', value: 'relaxed' });
    expect(error.remedy).toContain("'simd'");
    expect(error.message).toBe(`${error.summary} ${error.remedy}`);
    expect(error.summary).toBe(`variant: ${error.problem} (got "relaxed").`);
  });

  it('says in one sentence what to do without SIMD or WebAssembly', async () => {
    validateUpTo(0);
    const noSimd = await loadKernels().catch((reason) => reason);
    expect(noSimd).toBeInstanceOf(KernelsUnsupportedError);
    expect(noSimd).toMatchObject({ field: 'WebAssembly', value: 'WebAssembly without SIMD' });
    vi.stubGlobal('WebAssembly', undefined);
    const nothing = await loadKernels().catch((reason) => reason);
    expect(nothing).toBeInstanceOf(KernelsUnsupportedError);
    expect(nothing).toMatchObject({ field: 'WebAssembly', value: 'no WebAssembly' });
    expect(nothing.remedy).toMatch(/^Use /);
  });

  it('refuses shared memories and unknown variants', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    await expect(loadKernels({ memory })).rejects.toThrow(KernelsValueError);
    await expect(loadKernels({ memory })).rejects.toThrow(/^memory: must not be shared/);
    const variant = 'fast' as 'simd';
    await expect(loadKernels({ variant })).rejects.toThrow(KernelsValueError);
    await expect(loadKernels({ variant })).rejects.toThrow(/^variant: .*"fast"/);
  });
});
