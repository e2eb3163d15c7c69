import v8 from 'node:v8';
import { isSupported } from '@softmoe/kernels';

/** Node 20 has relaxed SIMD behind a flag, which works while it runs. */
export function allowRelaxed() {
  if (!isSupported('relaxed')) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}
