import type { Gate } from '@softmoe/model';
import { type GateName, gateNames, gateOf } from '@softmoe/model/checks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MehlerTable } from './mehler.ts';

/** E[g(z₁) g(z₂)] for correlation ρ by the trapezoid rule in two dimensions: independent of any series. */
function quadrature(gate: Gate, rho: number): number {
  const h = 0.05;
  const other = Math.sqrt(1 - rho * rho);
  let sum = 0;
  for (let x = -9; x <= 9; x += h) {
    for (let y = -9; y <= 9; y += h) {
      sum += gate.value(x) * gate.value(rho * x + other * y) * Math.exp(-0.5 * (x * x + y * y));
    }
  }
  return (sum * h * h) / (2 * Math.PI);
}

describe.each(gateNames)('M_00 of %s', (name: GateName) => {
  const gate = gateOf(name);
  const table = new MehlerTable(gate, gate, [[0, 0]]);

  it('equals two-dimensional quadrature', () => {
    for (const rho of [0, 1e-3, 0.1, -0.4, 0.7, -0.95, 1 - 1e-9, -1]) {
      table.evaluate(rho);
      expect(table.values[0]).toBeCloseTo(quadrature(gate, rho), 11);
    }
  });
});

it('MehlerTable is differentiated by raising both orders: ∂M_{r,s}/∂ρ = M_{r+1,s+1}', () => {
  const orders = [0, 1, 2, 3, 4].flatMap((r) => [0, 1, 2, 3, 4].map((s) => [r, s] as const));
  fc.assert(
    fc.property(
      fc.constantFrom(...gateNames),
      fc.double({ min: -0.9, max: 0.9, noNaN: true }),
      (name, rho) => {
        const table = new MehlerTable(gateOf(name), gateOf('sigmoid'), orders);
        const at = (x: number) => {
          table.evaluate(x);
          return table.values.slice();
        };
        const h = 1e-5;
        const [up, down, here] = [at(rho + h), at(rho - h), at(rho)];
        for (let r = 0; r < 4; r++) {
          for (let s = 0; s < 4; s++) {
            const index = r * table.stride + s;
            const slope = (up[index]! - down[index]!) / (2 * h);
            expect(slope).toBeCloseTo(here[index + table.stride + 1]!, 6);
          }
        }
      },
    ),
    { numRuns: 20 },
  );
});

it('MehlerTable does not depend on how far |ρ| is rounded up to choose the number of terms', () => {
  const gate = gateOf('tanh');
  const table = new MehlerTable(gate, gate, [[3, 3]]);
  for (let bucket = 1; bucket < 64; bucket++) {
    const edge = bucket / 64;
    table.evaluate(edge);
    const below = table.values[3 * table.stride + 3]!;
    table.evaluate(edge + Number.EPSILON);
    expect(Math.abs(table.values[3 * table.stride + 3]! - below)).toBeLessThan(1e-13);
  }
});
