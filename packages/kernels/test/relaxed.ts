import v8 from 'node:v8';
import { isSupported } from '../src/index.ts';

// Node 20 has relaxed SIMD behind a flag, which works while it runs.
if (!isSupported('relaxed')) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
