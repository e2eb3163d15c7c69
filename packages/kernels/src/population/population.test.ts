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

  it('have the loss and slopes of units with moments of their own, of routers that have lengths', () => {
    // Gates e^{sz} behind unit routers: C_n = sⁿe^{s²/2}, so that M_rs(t) = s₁ʳ s₂ˢ e^{(s₁² + s₂²)/2 + s₁s₂t}; and E[u₁u₂] = γM_00.
    const groups = [{ n: 0, m: 0, weights: Float64Array.of(0, 1) }];
    const scales = [0.4, -0.7, 0.9, 0.5];
    const [m, d, count, order] = [3, 4, 30, 2];
    const problem = {
      ...{ students: m, teachers: 1, inputDim: d, kinds: [0, 0, 0, 0] },
      tables: [[{ groups, series: [] }]],
      teacher: rows(1, d, 1),
      lengths: { order, capacity: 32 },
    };
    const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
    const terms = scales.flatMap((s) =>
      [0, 1, 2].flatMap((r) =>
        Array.from(
          { length: count },
          (_, n) => (s ** (n + r) * Math.exp((s * s) / 2)) / Math.sqrt(factorial(n)),
        ),
      ),
    );
    const envelopes = scales.flatMap(() =>
      Array.from({ length: count }, (_, n) => 3 / Math.sqrt(factorial(n))),
    );
    const moments = {
      count,
      terms: Float64Array.from(terms),
      envelopes: Float64Array.from(envelopes),
    };
    const student = rows(m, d, 2);
    const gradient = rows(m, d, 0);
    const step = kernels.problem(problem);
    const loss = step.lossAndGradient(student, gradient, moments);

    const unit = (u: number) => {
      const of = u < m ? student : problem.teacher;
      const at = (u % m) * d;
      const [router, expert] = [of.router, of.expert].map((x) => x.subarray(at, at + d));
      return { router: router!, expert: expert!, a: u < m ? of.amplitude[u]! : -of.amplitude[0]! };
    };
    const inner = (x: Float64Array, y: Float64Array) => x.reduce((sum, a, i) => sum + a * y[i]!, 0);
    const slopes = new Float64Array(m * d);
    let expected = 0;
    for (let i = 0; i < m; i++) {
      for (let l = i; l <= m; l++) {
        const [one, other] = [unit(i), unit(l)];
        const [s1, s2] = [scales[i]!, scales[l]!];
        const t = i === l ? 1 : inner(one.router, other.router);
        const gamma = i === l ? 1 : inner(one.expert, other.expert);
        const weight = (i === l ? 0.5 : 1) * one.a * other.a;
        const value = weight * gamma * Math.exp((s1 * s1 + s2 * s2) / 2 + s1 * s2 * t);
        expected += value;
        for (let c = 0; c < d; c++) {
          slopes[i * d + c]! += value * (s1 * s2 * other.router[c]! + s1 * s1 * one.router[c]!);
          if (l < m) {
            slopes[l * d + c]! += value * (s1 * s2 * one.router[c]! + s2 * s2 * other.router[c]!);
          }
        }
      }
    }
    expect(loss).toBeCloseTo(expected, 12);
    slopes.forEach((slope, k) => {
      expect(gradient.router[k]).toBeCloseTo(slope, 12);
    });

    const refused: [() => unknown, string, unknown][] = [
      [() => step.lossAndGradient(student, gradient), 'moments.count', 0],
      [
        () => step.lossAndGradient(student, gradient, { ...moments, count: 33 }),
        'moments.count',
        33,
      ],
      [
        () => step.lossAndGradient(student, gradient, { ...moments, count: 29 }),
        'moments.terms',
        terms.length,
      ],
      [() => kernels.problem({ ...problem, derivatives: 2 }), 'derivatives', 2],
      [
        () => kernels.problem({ ...problem, lengths: { order: 0, capacity: 9 } }),
        'lengths.order',
        0,
      ],
    ];
    for (const [call, field, value] of refused) {
      expect(call).toThrow(expect.objectContaining({ name: 'KernelsValueError', field, value }));
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
