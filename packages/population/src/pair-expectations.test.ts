import { readFileSync } from 'node:fs';
import {
  createMoE,
  type ExpertSpec,
  forward,
  type MoE,
  ndarray,
  ShapeError,
  UnsupportedError,
  units,
} from '@softmoe/model';
import { type GateName, gateNames } from '@softmoe/model/checks';
import { rowProducts } from '@softmoe/model/linalg';
import { createStudent, createTeacher, normals, orthonormalRows } from '@softmoe/teacher';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { populationObjective } from './objective.ts';
import { pairExpectations, populationGram } from './pair-expectations.ts';
import { populationCurvature } from './population.ts';

interface NearSingular {
  readonly gate: GateName;
  readonly p: number;
  readonly q: number;
  readonly v1: number[];
  readonly w1: number[];
  readonly v2: number[];
  readonly w2: number[];
  readonly value: number;
}

function unit(gate: GateName, degree: number, v: number[], w: number[]): MoE {
  const coefficients = Array.from({ length: degree + 1 }, (_, p) => (p === degree ? 1 : 0));
  const expert: ExpertSpec = { kind: 'series', coefficients };
  return createMoE(
    { inputDim: v.length, experts: 1, gate, expert, routing: 'independent' },
    {
      router: ndarray([1, v.length], v),
      expert: ndarray([1, w.length], w),
      amplitude: ndarray([1], [1]),
    },
  );
}

describe('pairExpectations against independent quadrature, up to ρ = ±1', () => {
  const { cases } = JSON.parse(
    readFileSync(new URL('../fixtures/near-singular.json', import.meta.url), 'utf8'),
  ) as { cases: NearSingular[] };
  for (const gate of gateNames) {
    it(`agrees for ${gate} gates: ${cases.filter((c) => c.gate === gate).length} pairs within 1e-12`, () => {
      let worst = 0;
      for (const c of cases.filter((c) => c.gate === gate)) {
        const value = pairExpectations(unit(gate, c.p, c.v1, c.w1), unit(gate, c.q, c.v2, c.w2));
        worst = Math.max(worst, Math.abs(value.data[0]! - c.value));
      }
      expect(worst).toBeLessThan(1e-12);
    });
  }
});

describe('populationGram', () => {
  const options = { inputDim: 12, gate: 'probit', expert: { kind: 'hermite', degree: 2 } } as const;
  const teacher = createTeacher({
    ...options,
    experts: 3,
    geometry: { kind: 'random-unit' },
    amplitudeSpread: 2,
    seed: 1,
  });
  const student = createStudent({ ...options, experts: 5, amplitude: 0.4, seed: 2 });
  const gram = populationGram(student, teacher);

  it('agrees with averages over a million samples within their standard error', () => {
    const size = 1_000_000;
    const inputs = normals({ seed: 9, stream: 'test/gram', step: 0, size }, options.inputDim);
    const u = units(student, inputs, size);
    const y = forward(teacher, inputs, size);
    const mean = (f: (s: number) => number) => {
      let sum = 0;
      for (let s = 0; s < size; s++) sum += f(s);
      return sum / size;
    };
    expect(mean((s) => y[s]! ** 2) - gram.target).toBeCloseTo(0, 1.7);
    for (let i = 0; i < 5; i++) {
      expect(Math.abs(mean((s) => u[5 * s + i]! * y[s]!) - gram.cross.data[i]!)).toBeLessThan(0.01);
      for (let l = 0; l < 5; l++) {
        const sampled = mean((s) => u[5 * s + i]! * u[5 * s + l]!);
        expect(Math.abs(sampled - gram.students.data[5 * i + l]!)).toBeLessThan(0.01);
      }
    }
  });

  it('refuses models of different input dimension', () => {
    const other = createStudent({ ...options, inputDim: 13, experts: 2, amplitude: 1, seed: 0 });
    expect(() => populationGram(other, teacher)).toThrow(ShapeError);
  });
});

it('populationGram does not change when student and teacher are rotated together', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.constantFrom(...gateNames),
      fc.integer({ min: 1, max: 6 }),
      (seed, gate, degree) => {
        const options = { inputDim: 6, gate, expert: { kind: 'hermite', degree } } as const;
        const a = createStudent({ ...options, experts: 2, amplitude: 1, seed });
        const b = createTeacher({
          ...options,
          experts: 3,
          geometry: { kind: 'random-unit' },
          seed,
        });
        const rotation = orthonormalRows(
          ndarray([6, 6], normals({ seed, stream: 'test/rotation', step: 0, size: 6 }, 6)),
        );
        const rotate = (model: MoE): MoE => ({
          ...model,
          params: {
            ...model.params,
            router: rowProducts(model.params.router, rotation),
            expert: rowProducts(model.params.expert, rotation),
          },
        });
        const before = pairExpectations(a, b).data;
        pairExpectations(rotate(a), rotate(b)).data.forEach((x, i) => {
          expect(x).toBeCloseTo(before[i]!, 11);
        });
      },
    ),
    { numRuns: 30 },
  );
});

describe('models without a closed form', () => {
  const options = { inputDim: 6, experts: 3, gate: 'sigmoid', seed: 1, amplitude: 0.5 } as const;
  const cubic = createStudent({ ...options, expert: { kind: 'hermite', degree: 3 } });
  const softmax = createStudent({
    ...options,
    routing: 'softmax',
    expert: { kind: 'hermite', degree: 3 },
  });

  it.each(['relu', 'tanh', 'gelu'] as const)('refuses %s experts on either side', (kind) => {
    const model = createStudent({ ...options, expert: { kind } });
    for (const call of [() => pairExpectations(model, cubic), () => populationGram(cubic, model)]) {
      expect(call).toThrow(UnsupportedError);
      expect(call).toThrow(/^spec\.expert\.kind: .*Estimate from points/);
    }
  });

  it('refuses softmax routing on either side, in every expectation', async () => {
    const calls = [
      () => pairExpectations(softmax, cubic),
      () => populationGram(cubic, softmax),
      () => populationObjective(softmax),
      () => populationCurvature(softmax, cubic),
    ];
    for (const call of calls) {
      expect(call).toThrow(UnsupportedError);
      expect(call).toThrow(/^spec\.routing: .*'independent'/);
    }
    await expect(populationObjective(cubic).evaluate(softmax, 0)).rejects.toThrow(UnsupportedError);
  });

  it('takes linear experts as He_1', () => {
    const linear = createStudent({ ...options, expert: { kind: 'linear' } });
    const first = createStudent({ ...options, expert: { kind: 'hermite', degree: 1 } });
    expect(pairExpectations(linear, cubic)).toEqual(pairExpectations(first, cubic));
  });
});
