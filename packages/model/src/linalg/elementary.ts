import { at } from './vectors.ts';

// exp, e^x − 1 and whole powers from + − × ÷ only. ECMAScript leaves the last bits of Math.exp, Math.expm1 and x ** n to the
// engine; these give the same bits on every one. The methods are those of Sun's fdlibm: x = k·ln 2 + r with |r| ≤ ½ ln 2.

const LN2_HIGH = 0.6931471803691238; // 20 trailing zero bits: whole multiples are exact
const LN2_LOW = 1.9082149292705877e-10;

/** e^x to within one unit in the last place, the same bits on every engine. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  const k = Math.abs(x) > 0.5 * LN2_HIGH ? Math.round(Math.LOG2E * x) : 0;
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const c = r - r * r * remez(r * r);
  const y = k === 0 ? 1 - ((r * c) / (c - 2) - r) : 1 - (low - (r * c) / (2 - c) - high);
  return timesPowerOfTwo(y, k);
}

/** e^x − 1 to within two units in the last place, for small x too; the same bits on every engine. */
export function expm1(x: number): number {
  if (Math.abs(x) > 0.5 * LN2_HIGH || Number.isNaN(x)) return exp(x) - 1;
  if (x === 0) return x;
  const c = x - x * x * remez(x * x);
  return x + (x * c) / (2 - c);
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
