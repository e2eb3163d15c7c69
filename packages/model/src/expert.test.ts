import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expertSpec, polynomialSpec } from '../test/arbitraries.ts';
import { derivative, expectation } from '../test/calculus.ts';
import { expectError } from '../test/expect-error.ts';
import { type ExpertSpec, expertKinds, expertOf } from './expert.ts';
import { MAX_HERMITE_DEGREE } from './experts/polynomials.ts';
import { evaluate } from './function.ts';

const degrees = Array.from({ length: MAX_HERMITE_DEGREE }, (_, p) => p + 1);
const hermite = (degree: number) => expertOf({ kind: 'hermite', degree });
const series = (...coefficients: number[]) => expertOf({ kind: 'series', coefficients });

/** He_p from its explicit polynomial, p = 1 … 6. */
const explicit: readonly ((z: number) => number)[] = [
  () => 1,
  (z) => z,
  (z) => z ** 2 - 1,
  (z) => z ** 3 - 3 * z,
  (z) => z ** 4 - 6 * z ** 2 + 3,
  (z) => z ** 5 - 10 * z ** 3 + 15 * z,
  (z) => z ** 6 - 15 * z ** 4 + 45 * z ** 2 - 15,
];

const factorials = [1, 1, 2, 6, 24, 120, 720];

describe.each(degrees)('Hermite expert of degree %d', (degree) => {
  const { value, derivative: slope, parity, coefficients } = hermite(degree);

  it('is He_p/√p!', () => {
    for (let z = -4; z <= 4; z += 0.13) {
      const expected = explicit[degree]!(z) / Math.sqrt(factorials[degree]!);
      expect(value(z)).toBeCloseTo(expected, 12);
    }
  });

  it('is orthonormal to those of every degree under the Gaussian measure', () => {
    expect(expectation(value)).toBeCloseTo(0, 13);
    for (const other of degrees) {
      const product = expectation((z) => value(z) * hermite(other).value(z));
      expect(product).toBeCloseTo(other === degree ? 1 : 0, 12);
    }
  });

  it('has the derivative √p h_{p−1}', () => {
    const below = degree === 1 ? () => 1 : hermite(degree - 1).value;
    for (let z = -4; z <= 4; z += 0.29) {
      expect(slope(z)).toBeCloseTo(Math.sqrt(degree) * below(z), 12);
      expect(Math.abs(slope(z) - derivative(value, z))).toBeLessThan(1e-9);
    }
  });

  it('declares its parity and its expansion', () => {
    expect(parity).toBe(degree % 2 === 1 ? 'odd' : 'even');
    expect(value(-1.3)).toBe((degree % 2 === 1 ? -1 : 1) * value(1.3));
    expect(coefficients).toEqual([...Array.from({ length: degree }, () => 0), 1]);
  });
});

describe('series', () => {
  it('is the sum of its terms', () => {
    const { value } = series(0.5, -1, 0, 2);
    const expected = 0.5 - 1.7 + 2 * hermite(3).value(1.7);
    expect(value(1.7)).toBeCloseTo(expected, 13);
    expect(series(2).value(9)).toBe(2);
    expect(series(2).derivative(9)).toBe(0);
  });

  it('knows its parity', () => {
    expect(series(0, 1, 0, 0.3).parity).toBe('odd');
    expect(series(1, 0, 0.3).parity).toBe('even');
    expect(series(1, 1).parity).toBe('none');
  });

  it('has E h² = Σ η_p²', () => {
    fc.assert(
      fc.property(polynomialSpec, (spec) => {
        const h = expertOf(spec);
        const norm = h.coefficients!.reduce((sum, eta) => sum + eta * eta, 0);
        expect(Math.abs(expectation((x) => h.value(x) ** 2) - norm)).toBeLessThan(1e-10);
      }),
      { numRuns: 40 },
    );
  });
});

describe('every expert', () => {
  const argument = fc.double({ min: -40, max: 40, noNaN: true });

  it('has its parity, and one answer for numbers and arrays', () => {
    fc.assert(
      fc.property(expertSpec, argument, (spec, z) => {
        const h = expertOf(spec);
        if (h.parity !== 'none') {
          expect(h.value(-z) - (h.parity === 'odd' ? -1 : 1) * h.value(z)).toBe(0);
        }
        const [values, slopes] = [new Float64Array(2), new Float64Array(2)];
        evaluate(h, Float64Array.of(0.5, z), values, slopes);
        expectClose(values[1]!, h.value(z), 1e-15);
        expectClose(slopes[1]!, h.derivative(z), 1e-15);
      }),
    );
  });

  it('has the derivative of its value', () => {
    fc.assert(
      fc.property(expertSpec, fc.double({ min: -4, max: 4, noNaN: true }), (spec, z) => {
        fc.pre(spec.kind !== 'relu' || Math.abs(z) > 0.01);
        const h = expertOf(spec);
        expectClose(h.derivative(z), derivative(h.value, z), 1e-9);
      }),
    );
  });
});

describe('experts that are no polynomials', () => {
  it('relu is 0 up to its kink, with slope 0 there, and z from there', () => {
    const { value, derivative: slope, parity, coefficients } = expertOf({ kind: 'relu' });
    expect([-2, -0, 0, 1e-300, 3].map(value)).toEqual([0, 0, 0, 1e-300, 3]);
    expect([-2, -0, 0, 1e-300, 3].map(slope)).toEqual([0, 0, 0, 1, 1]);
    expect([parity, coefficients]).toEqual(['none', undefined]);
  });

  it('tanh is (e^z − e^{−z})/(e^z + e^{−z}), saturated in its tails', () => {
    const { value, derivative: slope, parity, coefficients } = expertOf({ kind: 'tanh' });
    for (let z = -4; z <= 4; z += 0.29) {
      const [up, down] = [Math.exp(z), Math.exp(-z)];
      expect(value(z)).toBeCloseTo((up - down) / (up + down), 14);
      expect(slope(z)).toBeCloseTo(4 / (up + down) ** 2, 14);
    }
    expect([value(1e3), value(-1e3), slope(1e3)]).toEqual([1, -1, 0]);
    expect([parity, coefficients]).toEqual(['odd', undefined]);
  });

  it('gelu is z Φ(z) exactly, not its approximation by tanh', () => {
    const { value, derivative: slope, parity, coefficients } = expertOf({ kind: 'gelu' });
    expectClose(value(1), 0.8413447460685429, 1e-15);
    expectClose(value(-1), -0.15865525393145705, 1e-15);
    expectClose(value(2.5), 2.48447583668556, 1e-15);
    expect(value(-10) / -7.619853024160525e-23).toBeCloseTo(1, 12);
    expectClose(slope(0), 0.5, 1e-15);
    expect([value(1e3), value(-1e3) + 0, slope(1e3), slope(-1e3) + 0]).toEqual([1e3, 0, 1, 0]);
    expect(value(1.7) - value(-1.7)).toBeCloseTo(1.7, 14);
    expect([parity, coefficients]).toEqual(['none', undefined]);
  });

  it('linear is He_1', () => {
    const [linear, first] = [expertOf({ kind: 'linear' }), hermite(1)];
    expect(linear.coefficients).toEqual(first.coefficients);
    expect(linear.parity).toBe('odd');
    for (const z of [-3, 0, 1.7]) {
      expect([linear.value(z), linear.derivative(z)]).toEqual([
        first.value(z),
        first.derivative(z),
      ]);
    }
  });
});

describe('to both ends of float64', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'a Hermite expert of degree %d goes to infinity like its power',
    (degree) => {
      const { value, derivative: slope } = hermite(degree);
      for (const z of [1e60, 1e80, 1e110, 1e160, 1e308]) {
        const power = z ** degree;
        if (power === Infinity) expect(value(z)).toBe(Infinity);
        else expect(value(z) / power).toBeGreaterThan(0);
        expect(value(-z)).toBe((degree % 2 === 0 ? 1 : -1) * value(z));
        expect(slope(z)).toBeGreaterThan(0);
        expect(slope(-z)).toBe((degree % 2 === 0 ? -1 : 1) * slope(z));
      }
      expect([value(NaN), slope(NaN)]).toEqual([NaN, degree === 1 ? 1 : NaN]);
    },
  );

  it('a series takes the sign of its highest power, and ends where its coefficients do', () => {
    const falling = series(1, 0, 1, 0, -2);
    expect([falling.value(1e200), falling.value(-1e200)]).toEqual([-Infinity, -Infinity]);
    expect([falling.derivative(1e200), falling.derivative(-1e200)]).toEqual([-Infinity, Infinity]);
    const first = series(0, 3, 0, 0, 0, 0, 0);
    expect([first.value(1e200), first.derivative(-1e300)]).toEqual([3e200, 3]);
  });

  it('gelu, tanh and relu reach their limits', () => {
    for (const z of [1e4, 1e37, 1e200, Number.MAX_VALUE, Infinity]) {
      for (const kind of ['gelu', 'relu', 'tanh'] as const) {
        const { value, derivative: slope } = expertOf({ kind });
        const [values, slopes] = [new Float64Array(2), new Float64Array(2)];
        evaluate(expertOf({ kind }), Float64Array.of(z, -z), values, slopes);
        const expected = kind === 'tanh' ? [1, -1, 0, 0] : [z, 0, 1, 0];
        expect([value(z), value(-z) + 0, slope(z), slope(-z) + 0]).toEqual(expected);
        expect([...values, ...slopes].map((x) => x + 0)).toEqual(expected);
      }
    }
  });
});

describe('an error names field, value and remedy', () => {
  it.each([0, 7, 2.5, NaN, Infinity, -1])('degree %d', (degree) => {
    const action = () => hermite(degree);
    expectError(action, 'ValueError', 'expert.degree', degree, /between 1 and 6/);
  });

  it('coefficients', () => {
    const field = 'expert.coefficients';
    expectError(() => series(), 'ShapeError', field, [], /η_0 … η_p/);
    const eight = [1, 2, 3, 4, 5, 6, 7, 8];
    expectError(() => series(...eight), 'ShapeError', field, eight, /at most 6/);
    expectError(() => series(1, NaN), 'ValueError', `${field}[1]`, NaN, /finite number/);
    expectError(() => series(0, -0), 'ValueError', field, [0, -0], /not zero/);
    const sparse = { kind: 'series', coefficients: new Array<number>(3) } as const;
    expectError(() => expertOf(sparse), 'ValueError', `${field}[0]`, undefined, /finite number/);
  });

  it('kind', () => {
    const spec: ExpertSpec = JSON.parse('{"kind":"swish"}');
    const remedy = new RegExp(expertKinds.join(', '));
    expectError(() => expertOf(spec), 'UnknownNameError', 'expert.kind', 'swish', remedy);
    expectError(() => expertOf(spec, 'a.b'), 'UnknownNameError', 'a.b.kind', 'swish', remedy);
  });
});

function expectClose(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * (1 + Math.abs(expected)));
}
