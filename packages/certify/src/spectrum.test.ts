import { ndarray, type Params, ShapeError, toSpan, ValueError } from '@softmoe/model';
import { dot, lanczos, scaleParams, zeros } from '@softmoe/model/linalg';
import { populationCurvature } from '@softmoe/population';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geometries, perturbed, teacherOf } from '../../finetune/fixtures/scenes.ts';
import { curvatureByProducts } from '../../population/fixtures/by-products.ts';
import { eigenpairs, type Spectrum, spectrumOf, spectrumSteps } from './spectrum.ts';

/** Every eigenvalue as often as it occurs, ascending. */
function allValues({ span, complement }: Spectrum): number[] {
  return [span, complement]
    .flatMap((block) =>
      (block?.pairs ?? []).flatMap(({ value }) =>
        new Array<number>(block!.multiplicity).fill(value),
      ),
    )
    .sort((a, b) => a - b);
}

describe('spectrumOf', () => {
  const [orthonormal, correlated] = geometries;

  it('has the closed-form eigenvalues of an orthonormal teacher, docs/theory.md (34)', () => {
    const [d, k] = [32, 3];
    const teacher = teacherOf(d, k, orthonormal!, 1);
    const spectrum = spectrumOf(populationCurvature(teacher, teacher));
    const expected: [number, number][] = [
      [0.044836, k * (d - 2)],
      [0.293379, k],
      [0.302402, k],
      [0.880137, k * (d - 2)],
      [1.078779, k],
    ];
    const values = allValues(spectrum);
    expect(spectrum.dimension).toBe(k * (2 * d - 1));
    expect(values).toHaveLength(spectrum.dimension);
    let at = 0;
    for (const [value, count] of expected) {
      for (const found of values.slice(at, at + count)) expect(found).toBeCloseTo(value, 6);
      at += count;
    }
    expect(spectrum.mu).toBe(values[0]);
    expect(spectrum.lambdaMax).toBe(values.at(-1));
    expect(spectrum.error).toBeLessThan(1e-12);
  });

  it('is that of the Gauss–Newton matrix where the loss is zero, and not elsewhere', () => {
    const teacher = teacherOf(20, 3, correlated!, 2);
    const at = populationCurvature(teacher, teacher);
    expect(spectrumOf(at, 'gaussNewton').mu).toBeCloseTo(spectrumOf(at).mu, 13);
    const near = populationCurvature(perturbed(teacher, 0.2, 1), teacher);
    expect(spectrumOf(near, 'gaussNewton').mu).not.toBeCloseTo(spectrumOf(near).mu, 3);
  });

  it('is the same in span coordinates once the hidden directions count', () => {
    const teacher = teacherOf(40, 2, geometries[2]!, 3);
    const student = perturbed(teacher, 0.3, 2);
    const whole = spectrumOf(populationCurvature(student, teacher));
    const span = toSpan(student, teacher);
    const hidden = 40 - span.student.spec.inputDim;
    const reduced = spectrumOf(populationCurvature(span.student, span.teacher), 'hessian', {
      hidden,
    });
    expect(reduced.dimension).toBe(whole.dimension);
    allValues(whole).forEach((value, i) => {
      expect(allValues(reduced)[i]).toBeCloseTo(value, 12);
    });
  });

  it('has the same ends by Lanczos, within the estimate of its error', () => {
    const teacher = teacherOf(64, 4, geometries[2]!, 5);
    const curvature = populationCurvature(perturbed(teacher, 0.3, 4), teacher);
    const dense = spectrumOf(curvature);
    const sparse = spectrumOf(curvature, 'hessian', { denseLimit: 0 });
    expect(sparse.span.pairs).toHaveLength(2);
    expect(Math.abs(sparse.mu - dense.mu)).toBeLessThanOrEqual(sparse.error + dense.error);
    expect(Math.abs(sparse.lambdaMax - dense.lambdaMax)).toBeLessThanOrEqual(
      sparse.error + dense.error,
    );
    expect(sparse.error).toBeLessThan(1e-9);
  });
});

describe('spectrumOf curvature by products alone', () => {
  const teacher = teacherOf(64, 4, geometries[2]!, 5);
  const student = perturbed(teacher, 0.3, 4);
  const dense = spectrumOf(populationCurvature(student, teacher));
  const products = curvatureByProducts(student, teacher);

  it('is that of the matrices, whole below the dense limit', () => {
    const spectrum = spectrumOf(products);
    expect(spectrum.dimension).toBe(dense.dimension);
    allValues(dense).forEach((value, i) => {
      expect(allValues(spectrum)[i]).toBeCloseTo(value, 13);
    });
  });

  it('has the same ends by Lanczos, within the estimate of its error', () => {
    for (const which of ['hessian', 'gaussNewton'] as const) {
      const whole = spectrumOf(products, which);
      const ends = spectrumOf(products, which, { denseLimit: 0 });
      expect(ends.span.pairs).toHaveLength(2);
      expect(ends.complement!.pairs).toHaveLength(2);
      expect(Math.abs(ends.mu - whole.mu)).toBeLessThanOrEqual(ends.error + whole.error);
      const above = Math.abs(ends.lambdaMax - whole.lambdaMax);
      expect(above).toBeLessThanOrEqual(ends.error + whole.error);
      expect(ends.error).toBeLessThan(1e-9);
    }
  });

  it('scales with the curvature, at both ends of float64 too', () => {
    for (const factor of [1e-170, 1e-290, 1e170, 1e290]) {
      const scaled = (times: typeof products.apply) => (direction: Params) =>
        scaleParams(factor, times(direction));
      const { apply, gaussNewton } = products;
      const far = { ...products, apply: scaled(apply), gaussNewton: scaled(gaussNewton) };
      const [{ span }, { span: unit }] = [
        spectrumOf(far, 'hessian', { denseLimit: 0 }),
        spectrumOf(products, 'hessian', { denseLimit: 0 }),
      ];
      for (const [i, { value }] of span.pairs.entries()) {
        expect(value / factor).toBeCloseTo(unit.pairs[i]!.value, 10);
      }
    }
  });

  it('yields at every product, so that it can be stopped there', () => {
    let asked = 0;
    const apply: typeof products.apply = (direction) => {
      asked++;
      return products.apply(direction);
    };
    const steps = spectrumSteps({ ...products, apply }, 'hessian', { denseLimit: 0 });
    for (let n = 1; n <= 20; n++) {
      expect(steps.next()).toEqual({ value: n, done: false });
      // One product more told the scale.
      expect(asked).toBe(n + 1);
    }
  });
});

describe('eigenpairs', () => {
  it('ascend, with unit vectors that are eigenvectors', () => {
    const matrix = ndarray([3, 3], [2, -1, 0, -1, 2, -1, 0, -1, 2]);
    const pairs = eigenpairs(matrix);
    expect(pairs.map(({ value }) => value)).toEqual([
      expect.closeTo(2 - Math.SQRT2, 14),
      expect.closeTo(2, 14),
      expect.closeTo(2 + Math.SQRT2, 14),
    ]);
    for (const { value, vector } of pairs) {
      expect(dot(vector, vector)).toBeCloseTo(1, 14);
      for (let i = 0; i < 3; i++) {
        expect(dot(matrix.data.slice(3 * i, 3 * i + 3), vector)).toBeCloseTo(
          value * vector[i]!,
          14,
        );
      }
    }
  });

  it('have the ends that Lanczos finds, of any small matrix', () => {
    const matrix = fc.integer({ min: 1, max: 12 }).chain((n) =>
      fc
        .array(fc.double({ min: -1, max: 1, noNaN: true }), {
          minLength: n * n,
          maxLength: n * n,
        })
        .map((x) =>
          ndarray(
            [n, n],
            x.map((_, at) => x[at]! + x[(at % n) * n + Math.floor(at / n)]!),
          ),
        ),
    );
    fc.assert(
      fc.property(matrix, (a) => {
        const found = lanczos(a);
        const values = eigenpairs(a).map(({ value }) => value);
        expect(found.min.value).toBeCloseTo(values[0]!, 9);
        expect(found.max.value).toBeCloseTo(values.at(-1)!, 9);
      }),
    );
  });

  it.each([1e-320, 1e-300, 1e-170, 1e170, 1e300])('scale with the matrix, at %d too', (size) => {
    const unit = ndarray([3, 3], [2, -1, 0, -1, 2, -1, 0, -1, 2]);
    const scaled = ndarray(
      [3, 3],
      unit.data.map((x) => x * size),
    );
    const digits = size < 1e-310 ? 3 : 13;
    for (const denseLimit of [0, 300]) {
      const [ends, pairs] = [unit, scaled].map((a) => eigenpairs(a, { denseLimit }));
      pairs!.forEach(({ value }, i) => {
        expect(value / size).toBeCloseTo(ends![i]!.value, digits);
      });
    }
  });

  it('refuses what is not a square matrix of finite numbers', () => {
    expect(() => eigenpairs(zeros([2, 3]))).toThrow(ShapeError);
    expect(() => eigenpairs(zeros([0, 0]))).toThrow(ShapeError);
    expect(() => eigenpairs(ndarray([1, 1], [Number.NaN]))).toThrow(ValueError);
  });
});

it('eigenpairs are finite next to entries that are subnormal', () => {
  for (const tiny of [5e-324, 1e-310, 1e-200]) {
    for (const large of [1, 1e-3, 5e-324]) {
      const matrix = ndarray([3, 3], [0, tiny, 0, tiny, large, tiny, 0, tiny, 1e-5]);
      const values = eigenpairs(matrix).map(({ value }) => value);
      expect(values[2]).toBeCloseTo(Math.max(large, 1e-5), 12);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  }
});
