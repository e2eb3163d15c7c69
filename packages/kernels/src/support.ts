import { KernelsUnsupportedError } from './errors.ts';

/**
 * `simd`: every operation rounds once, the same bits on every engine. `relaxed`: multiply and add in one operation where
 * the hardware has it, faster, and its bits depend on the hardware.
 */
export type Variant = 'simd' | 'relaxed';

/** One function, () → v128, that needs just the feature: `i32.const 0 i8x16.splat`, or a relaxed_madd of three such. */
const HEADER = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10];
const SPLAT = [65, 0, 253, 15];
const probes: Readonly<Record<Variant, Uint8Array<ArrayBuffer>>> = {
  simd: Uint8Array.from([...HEADER, 8, 1, 6, 0, ...SPLAT, 11]),
  relaxed: Uint8Array.from([
    ...[...HEADER, 19, 1, 17, 0, ...SPLAT, ...SPLAT, ...SPLAT],
    ...[253, 133, 2, 11],
  ]),
};

/** Whether this engine runs a variant. Not remembered: on Node 20 a flag can turn relaxed SIMD on while it runs. */
export function isSupported(variant: Variant): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(probes[variant]);
}

/** Throws {@link KernelsUnsupportedError} where there is no SIMD. */
export function requireSimd(): void {
  if (isSupported('simd')) return;
  throw new KernelsUnsupportedError('has no SIMD here', {
    field: 'WebAssembly',
    value: typeof WebAssembly === 'object' ? 'WebAssembly without SIMD' : 'no WebAssembly',
    remedy:
      'Use Node 20, Chrome 91, Firefox 89, Safari 16.4 or newer, on a processor with SSE4.1 or NEON, or do without these kernels.',
  });
}

/** The module of a binary in base64. Asynchronous: pages may not compile anything but tiny modules otherwise. */
export function compileBase64(binary: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(Uint8Array.from(atob(binary), (char) => char.charCodeAt(0)));
}
