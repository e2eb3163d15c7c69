import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { density, exp, tanh } from './elementary.ts';
import { enclosedDot } from './enclosed-dot.ts';
import { add, divide, type Interval, interval, multiply, pi, root, subtract } from './interval.ts';

/** Numbers as whole multiples of 2^−1200: sums are exact, products after a shift. */
const BITS = 1200n;
const anyNumber = fc.oneof(
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.double({ min: -1e-12, max: 1e-12, noNaN: true }),
  fc.constantFrom(0, 1, -1, 0.1, 2 ** -1074, 1 - 2 ** -53, 1 + 2 ** -52),
);

function exact(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 2047n;
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = exponent === 0n ? fraction : fraction | (1n << 52n);
  const size = mantissa << (BITS - 1074n + (exponent === 0n ? 0n : exponent - 1n));
  return bits >> 63n === 1n ? -size : size;
}

function expectToContain(found: Interval, low: bigint, high: bigint = low) {
  expect(exact(found.lo) <= low && high <= exact(found.hi)).toBe(true);
}

/** e^x in units of 2^−BITS, rounded down and up, by its series at x/2^16 and 16 squarings. */
function exactExp(x: number): [bigint, bigint] {
  const unit = 1n << BITS;
  const reduced = exact(x) >> 16n;
  let term = unit;
  let sum = 0n;
  for (let n = 1n; term !== 0n && n < 400n; n++) {
    sum += term;
    term = ((term * reduced) >> BITS) / n;
  }
  for (let n = 0; n < 16; n++) sum = (sum * sum) >> BITS;
  // Some hundred roundings of one unit each, amplified by the squarings.
  const doubt = (sum >> 1000n) + (1n << 100n);
  return [sum - doubt, sum + doubt];
}

describe('interval arithmetic', () => {
  it('contains the exact sum, difference and product, and sides of the exact quotient and root', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (x, y) => {
        const a = interval(x);
        const b = interval(y);
        expectToContain(add(a, b), exact(x) + exact(y));
        expectToContain(subtract(a, b), exact(x) - exact(y));
        const product = multiply(a, b);
        const full = exact(x) * exact(y);
        expect(exact(product.lo) << BITS <= full && full <= exact(product.hi) << BITS).toBe(true);
        if (y > 1e-30) {
          const quotient = divide(a, b);
          expect(exact(quotient.lo) * exact(y) <= exact(x) << BITS).toBe(true);
          expect(exact(quotient.hi) * exact(y) >= exact(x) << BITS).toBe(true);
        }
        const { lo, hi } = root(interval(Math.abs(x)));
        const square = exact(Math.abs(x)) << BITS;
        expect(exact(lo) ** 2n <= square && square <= exact(hi) ** 2n).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('encloses π, which a known expansion decides', () => {
    const digits = 31415926535897932384626433832795028841971n;
    expectToContain(pi, (digits << BITS) / 10n ** 40n);
  });

  it('encloses e^x within a few roundings', () => {
    fc.assert(
      fc.property(fc.double({ min: -60, max: 20, noNaN: true }), (x) => {
        const found = exp(interval(x));
        const [low, high] = exactExp(x);
        expectToContain(found, low, high);
        expect((found.hi - found.lo) / found.hi).toBeLessThan(4e-15);
      }),
      { numRuns: 100 },
    );
  });

  it('encloses tanh and the normal density near the values of float64 functions', () => {
    for (let x = -9; x <= 9; x += 0.37) {
      const t = tanh(interval(x));
      expect(t.hi - t.lo).toBeLessThan(3e-15);
      expect(Math.abs(t.lo - Math.tanh(x))).toBeLessThan(3e-15);
      const { lo, hi } = density(interval(x));
      const value = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
      expect(hi - lo).toBeLessThan(1e-15);
      expect(Math.abs(lo - value)).toBeLessThan(1e-15);
    }
  });

  it('contains the exact inner product, however it cancels', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyNumber, anyNumber), { maxLength: 40 }), (pairs) => {
        const x = pairs.flatMap(([a]) => [a, -a]).concat(0.1);
        const y = pairs.flatMap(([, b]) => [b, b]).concat(0.1);
        const { lo, hi } = enclosedDot(x, y);
        let sum = 0n;
        for (const [i, a] of x.entries()) sum += exact(a) * exact(y[i] ?? 0);
        expect(exact(lo) << BITS <= sum && sum <= exact(hi) << BITS).toBe(true);
      }),
    );
  });
});
