import { describe, expect, it } from 'vitest';
import { KernelsValueError } from '../errors.ts';
import { loadPopulationKernels, type PairTable, type PopulationProblem } from './index.ts';

const needed = Array.from({ length: 65 }, () => 3);
/** E[u₁u₂] = γ·(2 + 3ρ + 5ρ²) without α and β, so that every sum can be written down: M_00 is the polynomial, M_11 its slope. */
const table: PairTable = {
  groups: [{ n: 0, m: 0, weights: Float64Array.of(0, 1) }],
  series: [
    { r: 0, s: 0, mirrored: false, terms: Float64Array.of(2, 3, 5), needed },
    { r: 1, s: 1, mirrored: false, terms: Float64Array.of(3, 10), needed },
  ],
};
const value = (gamma: number, rho: number) => gamma * (2 + 3 * rho + 5 * rho * rho);

function rows(units: number, d: number, seed: number) {
  const unit = (first: number) => {
    const row = Array.from({ length: d }, (_, j) => Math.sin(first + 3 * j * j + j));
    return row.map((x) => x / Math.hypot(...row));
  };
  const matrix = (shift: number) =>
    Float64Array.from(Array.from({ length: units }, (_, i) => unit(seed + shift + 7 * i)).flat());
  const amplitude = Float64Array.from({ length: units }, (_, i) => Math.cos(seed + i));
  return { router: matrix(0), expert: matrix(100), amplitude };
}

function problemOf(m: number, k: number, d: number): PopulationProblem {
  const kinds = Array.from({ length: m + k }, () => 0);
  return {
    students: m,
    teachers: k,
    inputDim: d,
    kinds,
    tables: [[table]],
    teacher: rows(k, d, 1),
  };
}

/** ½ Σ_{il} b_i b_l E[u_i u_l] over all units, b = a of the student and −a* of the teacher, less the teacher's own. */
function lossOf({ students: m, teacher, inputDim: d }: PopulationProblem, student = rows(m, d, 2)) {
  const b = [...student.amplitude, ...teacher.amplitude.map((a) => -a)];
  const v = [...student.router, ...teacher.router];
  const w = [...student.expert, ...teacher.expert];
  const dot = (x: number[], i: number, l: number) =>
    Array.from({ length: d }, (_, j) => x[i * d + j]! * x[l * d + j]!).reduce((s, y) => s + y, 0);
  let loss = 0;
  for (let i = 0; i < b.length; i++) {
    for (let l = 0; l < b.length; l++) {
      if (i >= m && l >= m) continue;
      const e = i === l ? value(1, 1) : value(dot(w, i, l), dot(v, i, l));
      loss += 0.5 * b[i]! * b[l]! * e;
    }
  }
  return loss;
}

describe('the population kernels', async () => {
  const kernels = await loadPopulationKernels();
  const sizes = [
    [1, 1, 1],
    [2, 1, 3],
    [3, 2, 4],
    [5, 3, 7],
    [8, 4, 24],
    [13, 2, 5],
  ] as const;

  it.each(sizes)('have the loss of m = %d, k = %d, d = %d and its slopes', (m, k, d) => {
    const problem = problemOf(m, k, d);
    const step = kernels.problem(problem);
    const student = rows(m, d, 2);
    const gradient = rows(m, d, 0);
    expect(step.lossAndGradient(student, gradient)).toBeCloseTo(lossOf(problem), 12);
    const h = 1e-5;
    for (const name of ['router', 'expert', 'amplitude'] as const) {
      for (const i of student[name].keys()) {
        const moved = (by: number) => {
          const numbers = student[name].slice();
          numbers[i]! += by;
          return lossOf(problem, { ...student, [name]: numbers });
        };
        // A unit's overlaps with itself stay 1 in lossOf; here they count: along the row they add a²·2γ′ and a²·2ρ′.
        const a = student.amplitude[Math.floor(i / d)]!;
        const own = { router: 13, expert: 10, amplitude: 0 }[name] * a * a * student[name][i]!;
        expect(gradient[name][i]! - own).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 7);
      }
    }
  });

  it('keep problems apart that take turns', () => {
    const steps = sizes.map(([m, k, d]) => ({ m, d, step: kernels.problem(problemOf(m, k, d)) }));
    const run = () =>
      steps.map(({ m, d, step }) => {
        const gradient = rows(m, d, 0);
        return [step.lossAndGradient(rows(m, d, 2), gradient), ...gradient.router];
      });
    const first = run();
    steps.reverse();
    run();
    steps.reverse();
    expect(run()).toEqual(first);
  });

  it('refuse what does not fit together, by name', () => {
    const problem = problemOf(2, 1, 3);
    const bad: [Partial<PopulationProblem>, string, unknown][] = [
      [{ students: 0 }, 'students', 0],
      [{ teachers: 1.5 }, 'teachers', 1.5],
      [{ inputDim: 4 }, 'teacher.router', 3],
      [{ kinds: [0, 0] }, 'kinds', 2],
      [{ kinds: [0, 1, 0] }, 'kinds[1]', 1],
    ];
    for (const [change, field, value] of bad) {
      const call = () => kernels.problem({ ...problem, ...change });
      expect(call).toThrow(KernelsValueError);
      expect(call).toThrow(expect.objectContaining({ field, value }));
    }
    const student = rows(2, 3, 2);
    expect(() => kernels.problem(problem).lossAndGradient(rows(3, 3, 2), student)).toThrow(
      expect.objectContaining({ field: 'student.router', value: 9 }),
    );
  });
});
