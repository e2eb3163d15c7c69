import { base64 as relaxed } from './binaries/relaxed.ts';
import { base64 as simd } from './binaries/simd.ts';
import { KernelsUnsupportedError, KernelsValueError } from './errors.ts';
import { compileBase64, isSupported, requireSimd, type Variant } from './support.ts';

const binaries: Readonly<Record<Variant, string>> = { simd, relaxed };

/**
 * The fastest variant that this engine runs, or the one asked for. Throws {@link KernelsUnsupportedError} when it can't,
 * and {@link KernelsValueError} for a name that is no variant.
 */
export function chooseVariant(wanted?: Variant): Variant {
  if (wanted !== undefined && !Object.hasOwn(binaries, wanted)) {
    throw new KernelsValueError('is not a variant', {
      field: 'variant',
      value: wanted,
      remedy: "Use 'simd' or 'relaxed', or leave it out.",
    });
  }
  requireSimd();
  if (wanted === 'relaxed' && !isSupported('relaxed')) {
    throw new KernelsUnsupportedError('this JavaScript engine has no relaxed SIMD', {
      field: 'variant',
      value: wanted,
      remedy:
        "Use variant 'simd', or on Node 20 first call v8.setFlagsFromString('--experimental-wasm-relaxed-simd').",
    });
  }
  return wanted ?? (isSupported('relaxed') ? 'relaxed' : 'simd');
}

const modules = new Map<Variant, Promise<WebAssembly.Module>>();

/** The module of a variant, compiled once. */
export function compiled(variant: Variant): Promise<WebAssembly.Module> {
  let module = modules.get(variant);
  if (!module) {
    module = compileBase64(binaries[variant]);
    module.catch(() => modules.delete(variant));
    modules.set(variant, module);
  }
  return module;
}
