import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivative, expectation } from '../test/calculus.ts';
import { expectError } from '../test/expect-error.ts';
import { expertOf } from './expert.ts';
import { evaluate } from './function.ts';
import { gateNames, gateOf, isBuiltInGate, isOwnGate, namedGate } from './gate.ts';

const anyNumber = fc.oneof(
  fc.double({ min: -8, max: 8, noNaN: true }),
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
  fc.constantFrom(0, -0, Infinity, -Infinity, 1e-310, -1e-310, 745, -745),
);

describe.each(gateNames)('gate %s', (name) => {
  const gate = gateOf(name);

  it('is known by its name', () => {
    expect(gate.name).toBe(name);
    expect(gate.singularity).toBeGreaterThan(0);
  });

  it('has the derivative of its value', () => {
    for (let z = -9; z <= 9; z += 0.37) {
      expect(Math.abs(gate.derivative(z) - derivative(gate.value, z))).toBeLessThan(2e-12);
    }
  });

  it('saturates without NaN: finite values and slopes everywhere', () => {
    fc.assert(
      fc.property(anyNumber, (z) => {
        expect(Math.abs(gate.value(z))).toBeLessThanOrEqual(1);
        expect(gate.derivative(z)).toBeGreaterThanOrEqual(0);
        expect(gate.derivative(z)).toBeLessThanOrEqual(1);
      }),
    );
    for (const z of [-5.828670879282076e-16, 1e-16, 1e-9]) {
      expect(gate.derivative(z)).toBeLessThanOrEqual(1);
    }
    expect(gate.value(Infinity)).toBe(1);
    expect(gate.value(-Infinity)).toBe(name === 'tanh' ? -1 : 0);
    for (const z of [1e5, -1e5, Infinity, -Infinity]) expect(gate.derivative(z)).toBe(0);
  });

  it('passes NaN on', () => {
    expect(gate.value(NaN)).toBeNaN();
    expect(gate.derivative(NaN)).toBeNaN();
  });

  it('is increasing', () => {
    fc.assert(
      fc.property(anyNumber, fc.double({ min: 1e-6, max: 10, noNaN: true }), (z, step) => {
        expect(gate.value(z + step)).toBeGreaterThanOrEqual(gate.value(z));
      }),
    );
  });

  it('has the symmetry about its middle value', () => {
    const middle = gate.value(0);
    expect(middle).toBe(name === 'tanh' ? 0 : 0.5);
    expect(gate.parity).toBe(name === 'tanh' ? 'odd' : 'none');
    fc.assert(
      fc.property(anyNumber, (z) => {
        expect(gate.value(-z) + gate.value(z)).toBeCloseTo(2 * middle, 15);
        expect(gate.derivative(-z)).toBe(gate.derivative(z));
      }),
    );
  });

  it('evaluates arrays as it evaluates numbers', () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { minLength: 1 }), (numbers) => {
        const z = Float64Array.from(numbers);
        const values = new Float64Array(z.length);
        const slopes = new Float64Array(z.length);
        evaluate(gate, z, values, slopes);
        z.forEach((x, k) => {
          expectClose(values[k]!, gate.value(x), 1e-15);
          expect(Math.abs(slopes[k]! - gate.derivative(x))).toBeLessThan(1e-15);
        });
      }),
    );
  });
});

describe('gate sigmoid', () => {
  it('keeps its relative precision in the tail', () => {
    const { value, derivative: slope } = gateOf('sigmoid');
    for (const z of [-40, -200, -700]) {
      expectClose(value(z), Math.exp(z), 1e-15);
      expectClose(slope(z), Math.exp(z), 1e-15);
      expectClose(slope(-z), Math.exp(z), 1e-15);
    }
  });
});

describe('gate probit', () => {
  const gate = gateOf('probit');

  // Φ from 40-digit arithmetic (mpmath.ncdf).
  it.each([
    [-37, 5.725571222524577e-300],
    [-20, 2.7536241186062337e-89],
    [-10, 7.619853024160525e-24],
    [-5, 2.866515718791939e-7],
    [-3, 0.0013498980316300946],
    [-2.5, 0.006209665325776135],
    [-2, 0.02275013194817921],
    [-1, 0.15865525393145705],
    [-0.5, 0.3085375387259869],
    [0.25, 0.5987063256829237],
    [1, 0.8413447460685429],
    [2, 0.9772498680518208],
    [3, 0.9986501019683699],
    [4.5, 0.9999966023268753],
  ])('Φ(%d) = %d', (z, expected) => {
    expect(Math.abs(gate.value(z) - expected)).toBeLessThan(5e-16);
    expectClose(gate.value(z), expected, 1e-13);
  });

  it.each([0.5, 1, 2])('has the closed-form Hermite coefficients at σ = %d', (sigma) => {
    const count = 24;
    const closed = gate.hermiteCoefficients?.(sigma, count) ?? new Float64Array();
    expect(closed).toHaveLength(count);
    closed.forEach((c, n) => {
      const integrand = (x: number) => gate.value(sigma * x) * normalisedHermite(n, x);
      expect(Math.abs(c - expectation(integrand))).toBeLessThan(1e-14);
    });
    expect(gate.hermiteCoefficients?.(sigma, 0)).toHaveLength(0);
  });
});

it.each(gateNames)('%s reaches its limits, and its slope 0, at both ends of float64', (name) => {
  const gate = gateOf(name);
  for (const z of [1e4, 1e37, 1e200, Number.MAX_VALUE, Infinity]) {
    const lower = name === 'tanh' ? -1 : 0;
    const values = [gate.value(z), gate.value(-z) + 0, gate.derivative(z), gate.derivative(-z)];
    expect(values).toEqual([1, lower, 0, 0]);
  }
  for (const z of [0, -0, 1e-320, -1e-38, 1e-38]) {
    expect(gate.value(z)).toBe(name === 'tanh' ? z : 0.5);
    expect(gate.derivative(z)).toBe(gate.derivative(0));
  }
});

it('an unknown gate is an error', () => {
  for (const name of ['relu', '', 'constructor', '__proto__', 'Sigmoid']) {
    expectError(() => gateOf(name), 'UnknownNameError', 'gate', name, /sigmoid, probit, tanh/);
  }
  expectError(() => gateOf('x', 'config.gate'), 'UnknownNameError', 'config.gate', 'x', /Use one/);
});

/** He_n(x)/√n! for any n. */
function normalisedHermite(n: number, x: number): number {
  if (n <= 6) return n === 0 ? 1 : expertOf({ kind: 'hermite', degree: n }).value(x);
  let previous = 1;
  let current = x;
  for (let p = 2; p <= n; p++) {
    [previous, current] = [current, (x * current - Math.sqrt(p - 1) * previous) / Math.sqrt(p)];
  }
  return current;
}

/** Relative agreement, give or take the last bits of a subnormal number. */
function expectClose(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.abs(expected) + 2e-323);
}

describe('a gate behind routers of a length', () => {
  const sharp = { name: 'tanh', norm: 3 } as const;

  it.each(gateNames)('is %s at that many times its argument, with its slope', (name) => {
    const [one, three] = [gateOf(name), gateOf({ name, norm: 3 })];
    expect(three).toMatchObject({ name: `${name}(3z)`, parity: one.parity });
    const z = Float64Array.of(-Infinity, -2, -1e-320, 0, 0.3, 5, 1e300);
    const [value, derivative] = [z.slice(), z.slice()];
    three.evaluate?.(z, value, derivative);
    z.forEach((x, k) => {
      expect(three.value(x)).toBe(one.value(3 * x));
      expect(three.derivative(x)).toBe(3 * one.derivative(3 * x));
      expect(Math.abs(value[k]! - three.value(x))).toBeLessThan(1e-15);
      expect(Math.abs(derivative[k]! - three.derivative(x))).toBeLessThan(2e-15);
    });
  });

  it('is one object, built in, with its spec, and the plain gate at length 1', () => {
    const gate = gateOf(sharp);
    expect(gateOf({ ...sharp })).toBe(gate);
    expect(gateOf({ name: 'tanh', norm: 1 })).toBe(gateOf('tanh'));
    expect(isBuiltInGate(gate)).toBe(true);
    expect([gate, sharp, 'tanh' as const].map(isOwnGate)).toEqual([false, false, false]);
    expect([namedGate(gate), namedGate({ name: 'probit', norm: 1 })]).toEqual([sharp, 'probit']);
  });

  it.each([
    [{ name: 'step', norm: 2 }, 'gate.name', 'step'],
    [{ name: 'tanh', norm: 0 }, 'gate.norm', 0],
    [{ name: 'tanh', norm: -1 }, 'gate.norm', -1],
    [{ name: 'tanh', norm: Infinity }, 'gate.norm', Infinity],
    [{ name: 'tanh', norm: '3' }, 'gate.norm', '3'],
    [{ name: 'step', norm: 'free' }, 'gate.name', 'step'],
    [{ name: 'tanh' }, 'gate.norm', undefined],
    [{ ...sharp, slope: 1 }, 'gate.slope', 'slope'],
    [null, 'gate', null],
  ])('is refused as %j', (spec, field, value) => {
    expect(() => gateOf(spec as never)).toThrow(expect.objectContaining({ field, value }));
  });
});
