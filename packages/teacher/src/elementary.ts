/**
 * ln, cos and sin on the grid of 24-bit uniforms, from + − × ÷ only. ECMAScript leaves the last bits of Math.log,
 * Math.cos and Math.sin to the engine; these give the same bits on every one, to within 2e-16 of the true value.
 */

/** Uniforms have this many bits: k stands for k/2²⁴. */
const UNIFORM_BITS = 24;

const LN2_HIGH = 0.6931471803691238; // 20 trailing zero bits: whole multiples are exact
const LN2_LOW = 1.9082149292705877e-10;
const SQRT2_MANTISSA = 23726566; // √2·2²⁴

/**
 * ln(k/2²⁴) for a whole number k in [1, 2²⁴]. With k/2²⁴ = 2^e·m, m in (√½, √2], it is e·ln 2 + 2·artanh(s),
 * s = (m − 1)/(m + 1), by the series of artanh up to s²¹.
 */
export function ln24(k: number): number {
  const zeros = Math.clz32(k);
  const mantissa = k << (zeros - 7); // in [2²⁴, 2²⁵), so that m' = mantissa/2²⁴ is in [1, 2)
  const half = (SQRT2_MANTISSA - mantissa) >>> 31; // 1 when m' > √2: no branch to mispredict
  const m = mantissa * (2 ** -24 - half * 2 ** -25);
  const e = 7 - zeros + half;
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const z2 = z * z;
  const even = 1 / 3 + z2 * (1 / 7 + z2 * (1 / 11 + z2 * (1 / 15 + z2 * (1 / 19))));
  const odd = 1 / 5 + z2 * (1 / 9 + z2 * (1 / 13 + z2 * (1 / 17 + z2 * (1 / 21))));
  return e * LN2_HIGH + (2 * s + (2 * s * z * (even + z * odd) + e * LN2_LOW));
}

const QUARTER_BITS = UNIFORM_BITS - 2;
const RADIANS = (2 * Math.PI) / 2 ** UNIFORM_BITS;

/** cos and sin of whole quarter turns. */
const quarterCos = Float64Array.of(1, 0, -1, 0);
const quarterSin = Float64Array.of(0, 1, 0, -1);

/**
 * Writes radius·cos φ and radius·sin φ to `target` at `cosAt` and `sinAt`, φ = 2πk/2²⁴ for a whole number k in [0, 2²⁴).
 * Taylor series within an eighth of a turn of the nearest quarter, then an exact turn by that quarter.
 */
export function writePolar24(
  radius: number,
  k: number,
  target: Float64Array,
  cosAt: number,
  sinAt: number,
): void {
  const quarter = (k + (1 << (QUARTER_BITS - 1))) >> QUARTER_BITS;
  const x = (k - (quarter << QUARTER_BITS)) * RADIANS;
  const c = cosTaylor(x);
  const s = sinTaylor(x);
  const qc = quarterCos[quarter & 3]!;
  const qs = quarterSin[quarter & 3]!;
  target[cosAt] = radius * (c * qc - s * qs);
  target[sinAt] = radius * (c * qs + s * qc);
}

/** |x| ≤ π/4. */
function cosTaylor(x: number): number {
  const z = x * x;
  const z2 = z * z;
  const even = 1 / 24 + z2 * (1 / 40320 + z2 * (1 / 479001600 + z2 * (1 / 20922789888000)));
  const odd = 1 / 720 + z2 * (1 / 3628800 + z2 * (1 / 87178291200));
  return 1 - 0.5 * z + z2 * (even - z * odd);
}

/** |x| ≤ π/4. */
function sinTaylor(x: number): number {
  const z = x * x;
  const z2 = z * z;
  const even = 1 / 6 + z2 * (1 / 5040 + z2 * (1 / 39916800 + z2 * (1 / 1307674368000)));
  const odd = 1 / 120 + z2 * (1 / 362880 + z2 * (1 / 6227020800 + z2 * (1 / 355687428096000)));
  return x - x * z * (even - z * odd);
}
