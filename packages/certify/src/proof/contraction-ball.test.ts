import { complete } from '@softmoe/model/linalg';
import { expect, it } from 'vitest';
import { cubicTeacher } from '../../fixtures/proofs.ts';
import { contractionFactor } from './contraction-ball.ts';
import { gateEnclosure } from './gate-enclosures.ts';
import { constantsOf } from './prove.ts';

it('the contraction factor is the q(s) of the derivation by hand for orthonormal units', () => {
  const teacher = cubicTeacher(5, 2, { kind: 'orthonormal' });
  const gate = gateEnclosure('sigmoid')!;
  const constants = complete(constantsOf(teacher, gate, [0, 0, 0, 1], 5));
  // The largest eigenvalue in closed form, docs/theory.md (34).
  expect(constants.lambdaMax).toBeGreaterThan(1.0787785);
  expect(constants.lambdaMax).toBeLessThan(1.0787786 * 1.0002);
  for (const [eta, s] of [
    [0.4, 0.03],
    [1.4, 0.03],
    [1.78, 0.006],
    [1.78, 0.02],
  ] as const) {
    const bend = constants.secondDerivative(1 + s) / (1 - s ** 2 / 4);
    const singular = [
      Math.sqrt(constants.mu) - 0.5 * bend * s,
      Math.sqrt(constants.lambdaMax) + 0.5 * bend * s,
    ];
    let most = 0;
    // All splits of a unit vector between three singular values, of which the third is between the ends.
    for (let n = 0; n <= 20; n++) {
      const values = [...singular, singular[0]! + (n / 20) * (singular[1]! - singular[0]!)];
      for (let i = 0; i <= 200; i++) {
        for (const inner of [0, 0.5, 1]) {
          const shares = [(1 - inner) * (i / 200), 1 - i / 200, (inner * i) / 200];
          const length = (f: (sigma: number) => number) =>
            Math.sqrt(values.reduce((sum, x, p) => sum + shares[p]! * f(x) ** 2, 0));
          const moved = length((x) => 1 - eta * x ** 2) + 0.5 * eta * bend * s * length((x) => x);
          most = Math.max(most, moved);
        }
      }
    }
    const jacobian = Math.sqrt(constants.lambdaMax) + bend * s;
    const tangential = most + 0.25 * eta * jacobian * bend * s ** 2;
    const q = tangential * Math.sqrt(2 / (1 + Math.sqrt(1 - s ** 2)));
    const found = contractionFactor(constants, eta, s);
    expect(found).toBeGreaterThan(q - 1e-12);
    expect(found).toBeLessThan(q + 1e-5);
  }
});
