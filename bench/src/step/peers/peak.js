// The machine's SIMD peak: multiply-adds in registers and nothing else. OPTION is the variant.
import { compile } from '../../../../packages/kernels/scripts/asc.mjs';
import { allowRelaxed } from '../relaxed.js';

const source = new URL('../../../../packages/kernels/bench/peak.ts', import.meta.url);
const TURNS = 20_000;
const MULTIPLY_ADDS = 48;

/** Operations of one step. */
export const PEAK_FLOPS = 2 * MULTIPLY_ADDS * TURNS;

export async function open(_problem, variant) {
  if (variant === 'relaxed') allowRelaxed();
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(await compile(variant, source), {
    env: { memory },
  });
  const step = () => {
    instance.exports.peak(TURNS, 64);
    return 0;
  };
  return { online: step, gradient: step };
}
