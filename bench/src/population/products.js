import { binaries, compile } from '../../../packages/kernels/scripts/asc.mjs';

const PEAK_TURNS = 20_000;
const kernels = await compile('simd', binaries.population.entry);
const peak = await compile(
  'simd',
  new URL('../../../packages/kernels/bench/peak.ts', import.meta.url),
);

/**
 * The two matrix products of a step by themselves, in blocks as the step does them, with the multiply-adds that count: those
 * of the overlaps of different units once, and of ΩY; and the peak of multiply-adds on two float64 at once.
 */
export async function productsOf({ k, m }) {
  const d = 2 * (m + k);
  const pad = (count) => 4 * Math.ceil(count / 4);
  const [rows, n] = [pad(m), pad(m + k)];
  const lengths = {
    y: 2 * n * d,
    columns: 2 * n * pad(d),
    overlaps: 4 * rows * n,
    slopes: 4 * rows * n,
    gradient: 2 * rows * pad(d),
  };
  let end = 1024;
  const at = Object.fromEntries(
    Object.entries(lengths).map(([name, length]) => {
      const start = end;
      end += 8 * length + 64;
      return [name, start];
    }),
  );
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65_536) });
  new Float64Array(memory.buffer).fill(1e-3);
  const instantiate = async (binary) =>
    (await WebAssembly.instantiate(binary, { env: { memory } })).instance.exports;
  const { multiplyStrips } = await instantiate(kernels);
  const { peak64 } = await instantiate(peak);
  const half = 8 * n * d;
  return {
    run() {
      const { y, overlaps } = at;
      const bottom = overlaps + 16 * rows * n;
      for (const [left, target] of [
        [y, overlaps],
        [y + half, bottom],
      ]) {
        multiplyStrips(left, rows / 4, y, n / 4, d, target, 2 * n, true);
        multiplyStrips(left, rows / 4, y + half, n / 4, d, target + 8 * n, 2 * n, true);
      }
      multiplyStrips(
        at.slopes,
        rows / 2,
        at.columns,
        pad(d) / 4,
        2 * n,
        at.gradient,
        pad(d),
        false,
      );
    },
    multiplyAdds: 4 * d * ((m * (m + 1)) / 2 + m * k) + 4 * m * (m + k) * d,
    peak: () => peak64(PEAK_TURNS, 64),
    peakMultiplyAdds: PEAK_TURNS * 12 * 2,
  };
}
