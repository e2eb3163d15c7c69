import { at } from './vectors.ts';

// Functions from + − × ÷ only. ECMAScript leaves the last bits of Math.exp, Math.log, Math.cos and x ** y to the engine; these
// give the same bits on every one. exp, expm1 and ln are by the methods of Sun's fdlibm.

const LN2_HIGH = 0.6931471803691238; // 20 trailing zero bits: whole multiples are exact
const LN2_LOW = 1.9082149292705877e-10;

/** e^x to within one unit in the last place, the same bits on every engine. Without a branch to mispredict for almost all x. */
export function exp(x: number): number {
  const k = Math.floor(Math.LOG2E * x + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const z = r * r;
  const c = r - z * remez(z);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return Math.abs(x) < 690 ? y * at(binaries, 1000 + k) : farFromZero(x, y, k);
}

/** e^x for |x| ≥ 690 or no number: y·2^k where that is a float64. */
function farFromZero(x: number, y: number, k: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  return x < -745.1332191019411 ? 0 : timesPowerOfTwo(y, k);
}

/** e^x − 1 to within two units in the last place, for small x too; the same bits on every engine. */
export function expm1(x: number): number {
  if (Math.abs(x) > 0.5 * LN2_HIGH || Number.isNaN(x)) return exp(x) - 1;
  if (x === 0) return x;
  const c = x - x * x * remez(x * x);
  return x + (x * c) / (2 - c);
}

const LEAST_NORMAL = 2.2250738585072014e-308;
const scratch = new DataView(new ArrayBuffer(8));

/**
 * ln x to within one unit in the last place, the same bits on every engine; NaN for x < 0. With x = 2^k·m, m in (√½, √2], it is
 * k·ln 2 + 2 artanh(s), s = (m − 1)/(m + 1), by a polynomial in s².
 */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  if (x < LEAST_NORMAL) return ln(x * binary(54)) - 54 * LN2_HIGH - 54 * LN2_LOW;
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  scratch.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  const mantissa = scratch.getFloat64(0); // in [1, 2)
  const half = mantissa > Math.SQRT2;
  const k = (high >>> 20) - 1023 + (half ? 1 : 0);
  const f = (half ? 0.5 * mantissa : mantissa) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd =
    z *
    (0.6666666666666735 +
      w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + (even + odd)) + k * LN2_LOW) - f);
}

/** x^y for x ≥ 0 and any y, the same bits on every engine: to within 2|y ln x| + 2 units in the last place. */
export function realPower(x: number, y: number): number {
  return y === 0 ? 1 : exp(y * ln(x));
}

/** xⁿ for a whole number n ≥ 0 by repeated squaring. */
export function power(x: number, n: number): number {
  let result = 1;
  for (let square = x, rest = n; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}

/** (r − 2 + 2r/(e^r − 1))/r² by Remez' polynomial in z = r², |r| ≤ ½ ln 2. */
function remez(z: number): number {
  return (
    0.16666666666666602 +
    z *
      (-0.0027777777777015593 +
        z * (0.00006613756321437934 + z * (-0.0000016533902205465252 + z * 4.1381367970572385e-8)))
  );
}

/** y·2^k, exact unless the result is no normal number. */
function timesPowerOfTwo(y: number, k: number): number {
  if (k > 1000) return y * binary(1000) * binary(k - 1000);
  if (k < -1000) return y * binary(k + 1000) * binary(-1000);
  return y * binary(k);
}

/** 2^k for |k| ≤ 1000, from 2^−1000 on. */
const binaries: Float64Array = Float64Array.from({ length: 2001 }, (_, i) =>
  i < 1000 ? 1 / power(2, 1000 - i) : power(2, i - 1000),
);

function binary(k: number): number {
  return at(binaries, 1000 + k);
}

/** Uniforms have this many bits: k stands for k/2²⁴. */
const UNIFORM_BITS = 24;

const SQRT2_MANTISSA = 23726566; // √2·2²⁴

/**
 * ln(k/2²⁴) to within 2e-16 for a whole number k in [1, 2²⁴]. With k/2²⁴ = 2^e·m, m in (√½, √2], it is e·ln 2 + 2·artanh(s),
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
 * To within 2e-16, by Taylor series within an eighth of a turn of the nearest quarter, then an exact turn by that quarter.
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
  const qc = at(quarterCos, quarter & 3);
  const qs = at(quarterSin, quarter & 3);
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
