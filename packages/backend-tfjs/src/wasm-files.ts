import { SoftmoeError } from '@softmoe/model';

/** Where the three WebAssembly files of tfjs-backend-wasm are, by their names there. */
export type WasmFiles = Readonly<Record<WasmFileName, string>>;

type WasmFileName =
  | 'tfjs-backend-wasm.wasm'
  | 'tfjs-backend-wasm-simd.wasm'
  | 'tfjs-backend-wasm-threaded-simd.wasm';

/**
 * Addresses of the WebAssembly files in a page. A bundler that follows `new URL(…, import.meta.url)` into packages, as a Vite build does, has
 * put them there; otherwise tfjs is this package's neighbour in node_modules. The file with threads is never asked for,
 * since threads are off.
 */
export function pageWasmFiles(): WasmFiles {
  const plain = new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
    import.meta.url,
  );
  const simd = new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
    import.meta.url,
  );
  return {
    'tfjs-backend-wasm.wasm': neighbour(plain.href),
    'tfjs-backend-wasm-simd.wasm': neighbour(simd.href),
    'tfjs-backend-wasm-threaded-simd.wasm': neighbour(simd.href),
  };
}

/** An address that no bundler has changed points into the folder of this package: leads it out of there. */
export function neighbour(address: string): string {
  return address.replace(/\/@softmoe\/backend-tfjs\/dist\/(?=@tensorflow\/)/, '/');
}

/** What to do where TensorFlow.js does not find its files. */
export const SERVE_FILES =
  'Serve the three .wasm files of @tensorflow/tfjs-backend-wasm/dist, and name them by the option wasmPaths.';

/**
 * Fetches the file that tfjs is about to fetch, which makes the page's cache have it, and throws a {@link TfjsStartError}
 * where that fails: tfjs itself would wait for it for ever.
 */
export async function requireWasmFile(paths: string | WasmFiles, simd: boolean): Promise<void> {
  const name = simd ? 'tfjs-backend-wasm-simd.wasm' : 'tfjs-backend-wasm.wasm';
  const address = typeof paths === 'string' ? paths + name : paths[name];
  let cause: unknown;
  try {
    const response = await fetch(address, { credentials: 'same-origin' });
    await response.arrayBuffer();
    if (response.ok) return;
    cause = `${response.status} ${response.statusText}`.trim();
  } catch (error) {
    cause = error;
  }
  const reason = cause instanceof Error ? cause.message : cause;
  const detail = { field: name, value: `${address} (${reason})`, remedy: SERVE_FILES };
  throw new TfjsStartError('could not be fetched', detail, { cause });
}

/** TensorFlow.js can't be started as asked: a package, a version, a file or a feature of the engine is missing. */
export class TfjsStartError extends SoftmoeError {
  override readonly name = 'TfjsStartError';
}
