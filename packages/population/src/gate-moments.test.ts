import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type GateName, gateNames, gateOf } from '@softmoe/model/checks';
import { describe, expect, it } from 'vitest';
import { gateMoments } from './gate-moments.ts';

const { moments } = JSON.parse(
  readFileSync(new URL('../fixtures/gate-moments.json', import.meta.url), 'utf8'),
) as { moments: { gate: GateName; sigma: number; normalised: (number | string)[] }[] };

describe.each(gateNames)('the moments of %s', (name) => {
  const gate = gateOf(name);
  const { normalised, bound } = gateMoments(gate);

  it('equal those of 50-digit quadrature to 1e-15', () => {
    const expected = moments.find((m) => m.gate === name && m.sigma === 1)!.normalised;
    expect(expected.length).toBeGreaterThan(40);
    expected.forEach((c, n) => {
      expect(Math.abs(normalised[n]! - Number(c))).toBeLessThan(1e-15);
    });
  });

  it('have a bound beyond the last of them that holds and goes on falling', () => {
    const end = normalised.length;
    const more = gate.hermiteCoefficients?.(1, 2 * end) ?? normalised;
    for (let n = gate.hermiteCoefficients ? end : 0; n < more.length; n++) {
      if (gate.hermiteCoefficients || Math.abs(more[n]!) > 1e-15) {
        expect(Math.abs(more[n]!)).toBeLessThanOrEqual(bound(n) * (1 + 1e-9));
      }
    }
    expect(bound(end)).toBeLessThan(1e-15);
    expect(bound(2 * end)).toBeLessThan(bound(end));
  });
});

it.each(moments.filter(({ sigma }) => sigma !== 1))(
  'the moments of $gate behind routers of length $sigma are σⁿc_n(σ), of 50-digit quadrature',
  ({ gate, sigma, normalised: expected }) => {
    const { normalised, bound } = gateMoments(gateOf({ name: gate, norm: sigma }));
    expected.forEach((c, n) => {
      expect(Math.abs((normalised[n] ?? 0) - sigma ** n * Number(c))).toBeLessThan(2e-15);
    });
    expect(bound(normalised.length)).toBeLessThan(1e-14);
  },
);

it.each([
  ['sigmoid', 6.8],
  ['tanh', 3.4],
  ['probit', 10],
] as const)('the moments of %s have all of E g² up to routers of length %d', (name, norm) => {
  const gate = gateOf({ name, norm });
  const { normalised } = gateMoments(gate);
  let square = 0;
  for (let i = -20_000; i <= 20_000; i++) {
    const x = i / 2000;
    square += (gate.value(x) ** 2 * Math.exp(-0.5 * x * x)) / 2000 / Math.sqrt(2 * Math.PI);
  }
  const sum = normalised.reduce((total, c) => total + c * c, 0);
  expect(Math.abs(sum - square)).toBeLessThan(1e-13);
});

it.each(gateNames)('gateMoments refuses %s where its series would have no end', (name) => {
  expect(() => gateMoments(gateOf({ name, norm: 40 }))).toThrow(
    expect.objectContaining({ field: 'spec.gate', value: `${name}(40z)` }),
  );
});

it('gateMoments has the values of docs/theory.md (9) for the sigmoid', () => {
  const { normalised } = gateMoments(gateOf('sigmoid'));
  expect(normalised[0]).toBeCloseTo(0.5, 15);
  expect(normalised[1]).toBeCloseTo(0.206620964, 9);
  expect(normalised[3]! * Math.sqrt(6)).toBeCloseTo(-0.062396484, 9);
  expect(normalised[5]! * Math.sqrt(120)).toBeCloseTo(0.0643799732, 9);
});

it.each([
  ['sigmoid', '6b5aba79d4bd785a5cb049d72553244f7479b8d8dd757f17acaadc87d511d316'],
  ['probit', '92287529cf10e3575416cc44200c71c5528def37682b1a6eda5220294f612448'],
  ['tanh', '5f98392b40ee3a27f53c0e18b71751465d4ba33c3c8bd8404bebb7a7fd0e78d0'],
] as const)('gateMoments gives %s the same bits on every engine', (name, digest) => {
  const { normalised } = gateMoments(gateOf(name));
  expect(createHash('sha256').update(normalised).digest('hex')).toBe(digest);
});
