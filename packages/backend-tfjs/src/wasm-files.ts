/** Where the three WebAssembly files of tfjs-backend-wasm are, by their names there. */
export type WasmFiles = Readonly<Record<WasmFileName, string>>;

type WasmFileName =
  | 'tfjs-backend-wasm.wasm'
  | 'tfjs-backend-wasm-simd.wasm'
  | 'tfjs-backend-wasm-threaded-simd.wasm';

/**
 * The addresses that a bundler which follows `new URL(…, import.meta.url)` into packages gives them: Vite does. The file
 * with threads is never asked for, since threads are off.
 */
export function bundledWasmFiles(): WasmFiles {
  const plain = new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
    import.meta.url,
  );
  const simd = new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
    import.meta.url,
  );
  return {
    'tfjs-backend-wasm.wasm': plain.href,
    'tfjs-backend-wasm-simd.wasm': simd.href,
    'tfjs-backend-wasm-threaded-simd.wasm': simd.href,
  };
}
