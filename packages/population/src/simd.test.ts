import { createHash } from 'node:crypto';
import { loadPopulationKernels } from '@softmoe/kernels/population';
import { createMoE, type ExpertSpec, type MoE, ndarray, retract } from '@softmoe/model';
import { expertOf, gateNames } from '@softmoe/model/checks';
import { addScaled } from '@softmoe/model/linalg';
import { createStudent, createTeacher } from '@softmoe/teacher';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { closedFormOf } from './closed-form.ts';
import { bestVariant, populationObjective } from './index.ts';
import { createWorkspace } from './objective.ts';
import { evaluatePair } from './pair-expectations.ts';
import { kernelTable } from './pair-groups.ts';
import { PairKernel } from './pair-kernel.ts';
import { ALPHA1, ALPHA2, BETA1, BETA2, GAMMA, RHO } from './pair-variables.ts';
import { simdWorkspaceOf } from './simd-workspace.ts';

const names = ['router', 'expert', 'amplitude'] as const;
const flat = (params: MoE['params']) => names.flatMap((name) => [...params[name].data]);

/** Largest difference between two lists of numbers. */
function errorOf(actual: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((x, i) => Math.abs(x - actual[i]!)));
}

function negated({ spec, params }: MoE): MoE {
  const { shape, data } = params.amplitude;
  return { spec, params: { ...params, amplitude: { shape, data: data.map((a) => -a) } } };
}

/** The model with all amplitudes `scale` and its first unit equal to the first of `other`. */
function altered(model: MoE, other: MoE, scale: number): MoE {
  const { router, expert, amplitude } = model.params;
  const [v, w] = [router.data.slice(), expert.data.slice()];
  v.set(other.params.router.data.subarray(0, model.spec.inputDim));
  w.set(other.params.expert.data.subarray(0, model.spec.inputDim));
  return createMoE(model.spec, {
    router: ndarray(router.shape, v),
    expert: ndarray(expert.shape, w),
    amplitude: ndarray(
      amplitude.shape,
      amplitude.data.map((_, i) => scale * (1 + 0.1 * i)),
    ),
  });
}

const experts: fc.Arbitrary<ExpertSpec> = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((degree) => ({ kind: 'hermite' as const, degree })),
  fc.constantFrom<ExpertSpec>(
    { kind: 'linear' },
    { kind: 'series', coefficients: [0.3, -0.5, 0.2, 0.7] },
    { kind: 'series', coefficients: [0, 0, 1, 0.5, 0, 0, 0.25] },
  ),
);

const overlapNumbers = [GAMMA, ALPHA1, BETA1, ALPHA2, BETA2, RHO];
const degreeOf = (spec: ExpertSpec) => (expertOf(spec).coefficients?.length ?? 0) - 1;

describe('the SIMD kernels', () => {
  it('give the loss and gradient of the JavaScript to 1e-13 relative', async () => {
    const unit = fc.record({ gate: fc.constantFrom(...gateNames), expert: experts });
    const sizes = fc.record({
      inputDim: fc.integer({ min: 2, max: 20 }),
      m: fc.integer({ min: 1, max: 11 }),
      k: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(unit, unit, fc.boolean(), sizes, fc.integer({ min: 0, max: 1000 }), fc.boolean()),
        async ([one, another, same, { inputDim, m, k }, seed, duplicate]) => {
          // The higher moments of tanh are large and alternate: a sum of them loses a digit with every degree, in JavaScript too.
          const steepness = Math.max(
            ...[one, same ? one : another].map(({ gate, expert }) =>
              gate === 'tanh' ? degreeOf(expert) - 4 : 0,
            ),
          );
          const tolerance = 1e-13 * 10 ** Math.max(0, steepness);
          const geometry = { kind: 'random-unit' } as const;
          const teacher = createTeacher({
            inputDim,
            experts: k,
            geometry,
            seed,
            ...(same ? one : another),
          });
          const start = createStudent({ inputDim, experts: m, amplitude: 0.5, seed, ...one });
          const student = duplicate ? altered(start, teacher, 0.7) : altered(start, start, 0.7);
          const expected = createWorkspace(teacher)(student);
          // Student and teacher may cancel each other: the other sum of the two tells how large they are.
          const apart = createWorkspace(negated(teacher))(student);
          const size = Math.max(
            ...[expected, apart].flatMap(({ gradient }) => flat(gradient).map(Math.abs)),
          );
          const simd = await simdWorkspaceOf(teacher)();
          for (let turn = 0; turn < 2; turn++) {
            const actual = simd(student);
            const scale = Math.max(Math.abs(expected.loss), 1);
            expect(Math.abs(actual.loss - expected.loss) / scale).toBeLessThan(tolerance);
            expect(errorOf(flat(actual.gradient), flat(expected.gradient)) / size).toBeLessThan(
              tolerance,
            );
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('differentiate pairs twice as the JavaScript does, to 1e-12 relative', async () => {
    const kernels = await loadPopulationKernels();
    const unit = fc.record({
      gate: fc.constantFrom('sigmoid' as const, 'probit' as const),
      expert: experts,
    });
    const property = fc.asyncProperty(unit, unit, fc.nat(1000), async (one, other, seed) => {
      const [inputDim, m, k] = [5, 1 + (seed % 5), 1 + (seed % 3)];
      const geometry = { kind: 'random-unit' } as const;
      const teacher = createTeacher({ inputDim, experts: k, geometry, seed, ...other });
      const student = createStudent({ inputDim, experts: m, amplitude: 0.5, seed, ...one });
      const kinds = Array.from({ length: m + k }, (_, i) => (i < m ? 0 : 1));
      const specs = [student.spec, teacher.spec];
      const tables = specs.map((a) =>
        specs.map((b) => kernelTable(closedFormOf(a), closedFormOf(b), 2)),
      );
      const rows = ({ router, expert, amplitude }: MoE['params']) => ({
        router: router.data,
        expert: expert.data,
        amplitude: amplitude.data,
      });
      const sizes = { students: m, teachers: k, inputDim };
      const problem = {
        ...sizes,
        kinds,
        tables,
        teacher: rows(teacher.params),
        derivatives: 2,
      } as const;
      const found = kernels.problem(problem).curvatures(rows(student.params));
      let at = 0;
      for (let i = 0; i < m; i++) {
        for (let l = i; l < m + k; l++) {
          const second = l < m ? student : teacher;
          const kernel = new PairKernel(student.spec, second.spec, 2);
          const value = evaluatePair(kernel, student, i, second, l < m ? l : l - m);
          const expected = [value, ...overlapNumbers.map((x) => kernel.derivative(x))];
          for (const x of overlapNumbers) {
            for (let y = x; y < 6; y++) expected.push(kernel.secondDerivative(x, y));
          }
          const size = Math.max(...expected.map(Math.abs));
          const error = errorOf([...found.subarray(at, at + 28)], expected) / size;
          expect(error, `pair ${i}, ${l}`).toBeLessThan(1e-12);
          at += 28;
        }
      }
      expect(found).toHaveLength(at);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it.each([
    ['float64', '00016c4a609d356983450032c33d20f35a0c09e400c81ddb842db2128f5eb25e'],
    ['float64-simd', '7e970c067e98d254dee4e1200cd7a91c65d7e7d7c0cce82f23400dbfe4f64c03'],
  ] as const)('give the bits on record for five steps in %s', async (variant, digest) => {
    const kind = {
      inputDim: 12,
      gate: 'tanh',
      expert: { kind: 'hermite', degree: 3 },
      seed: 1,
    } as const;
    const teacher = createTeacher({ ...kind, experts: 3, geometry: { kind: 'random-unit' } });
    let model = createStudent({ ...kind, experts: 7, amplitude: 0.5 });
    const { evaluate } = populationObjective(teacher, { variant });
    const hash = createHash('sha256');
    for (let step = 0; step < 5; step++) {
      const { loss, gradient } = await evaluate(model);
      hash.update(Float64Array.of(loss, ...flat(gradient)));
      model = retract(model.spec, addScaled(model.params, -0.5, gradient));
    }
    expect(hash.digest('hex')).toBe(digest);
  });

  it('are not loaded, but refused, where WebAssembly has no SIMD', () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    try {
      expect(bestVariant()).toBe('float64');
      const teacher = createTeacher({
        inputDim: 3,
        experts: 1,
        gate: 'sigmoid',
        expert: { kind: 'linear' },
        geometry: { kind: 'orthonormal' },
        seed: 0,
      });
      expect(() => populationObjective(teacher, { variant: 'float64-simd' })).toThrow(
        expect.objectContaining({ field: 'variant', value: 'float64-simd' }),
      );
      expect(() => populationObjective(teacher)).not.toThrow();
    } finally {
      validate.mockRestore();
    }
    expect(bestVariant()).toBe('float64-simd');
  });
});
