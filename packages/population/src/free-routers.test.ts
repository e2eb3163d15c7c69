import {
  createMoE,
  forward,
  freeRouters,
  type MoE,
  type Params,
  retract,
  toSpan,
  UnsupportedError,
  ValueError,
} from '@softmoe/model';
import { gateOf } from '@softmoe/model/checks';
import {
  addScaled,
  complete,
  dotParams,
  makeParams,
  mapParams,
  normParams,
  outputGradients,
  projectTangent,
  row,
} from '@softmoe/model/linalg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivative } from '../../model/test/calculus.ts';
import { type Shape, someModel } from '../../model/test/models.ts';
import { curvatureOperator } from './curvature-operator.ts';
import { coefficientsOf } from './gate-coefficients.ts';
import { quadratureMoments } from './gate-moments.ts';
import { pairExpectations, population, populationCurvature, populationObjective } from './index.ts';

const gates = ['sigmoid', 'tanh', 'probit'] as const;

/** A model with routers of those lengths, in turn. */
function free(shape: Shape, lengths: readonly number[], salt: number): MoE {
  const model = freeRouters(someModel(shape, salt));
  const { router } = model.params;
  const d = shape.inputDim;
  const data = router.data.map((x, k) => x * lengths[Math.floor(k / d) % lengths.length]!);
  return createMoE(model.spec, { ...model.params, router: { shape: router.shape, data } });
}

/** Points of a grid over the plane and their weights under N(0, I₂): the trapezoid rule, exact to rounding for these integrands. */
const grid = (() => {
  const [step, half] = [0.08, 125];
  const inputs: number[] = [];
  const weights: number[] = [];
  for (let i = -half; i <= half; i++) {
    for (let j = -half; j <= half; j++) {
      const [x, y] = [i * step, j * step];
      const weight = (Math.exp(-0.5 * (x * x + y * y)) * step * step) / (2 * Math.PI);
      if (weight < 1e-22) continue;
      inputs.push(x, y);
      weights.push(weight);
    }
  }
  return { inputs: Float64Array.from(inputs), weights, size: weights.length };
})();

const mean = (value: (s: number) => number) =>
  grid.weights.reduce((sum, weight, s) => sum + weight * value(s), 0);

function plane(gate: (typeof gates)[number], lengths: readonly number[]) {
  const shape = { inputDim: 2, gate, expert: { kind: 'series', coefficients: [0.2, 0, 0.5, 1] } };
  return {
    student: free({ ...shape, experts: 3 } as Shape, lengths, 1),
    teacher: free({ ...shape, experts: 2 } as Shape, [1.7, 0.6], 2),
  };
}

describe.each(gates)('%s gates of routers that have lengths of their own', (gate) => {
  it('have the loss of a quadrature over the plane', async () => {
    const { student, teacher } = plane(gate, [0.3, 1, 2.1]);
    const { loss } = await populationObjective(teacher).evaluate(student, 0);
    const [f, target] = [student, teacher].map((m) => forward(m, grid.inputs, grid.size));
    expect(loss).toBeCloseTo(
      mean((s) => 0.5 * (f![s]! - target![s]!) ** 2),
      12,
    );
  });

  it('have the Gauss–Newton part of a quadrature over the plane', () => {
    const { student, teacher } = plane(gate, [0.4, 1.1, 1.9]);
    const curvature = populationCurvature(student, teacher);
    const direction = tangent(curvature.student, 3);
    const jacobian = outputGradients(curvature.student, grid.inputs, grid.size);
    const flat = Object.values(direction).flatMap(({ data }) => [...data]);
    const slope = (s: number) =>
      flat.reduce((sum, x, p) => sum + x * jacobian[s * flat.length + p]!, 0);
    const square = mean((s) => slope(s) ** 2);
    expect(dotParams(direction, curvature.gaussNewton(direction)) / square).toBeCloseTo(1, 10);
  });

  it('have the expectations of a fixed norm where all lengths are that', () => {
    const shape = { inputDim: 6, experts: 3, gate: { name: gate, norm: 1.6 } } as const;
    const [one, other] = [someModel(shape, 1), someModel(shape, 2)];
    const fixed = pairExpectations(one, other).data;
    const free = pairExpectations(freeRouters(one), freeRouters(other)).data;
    const mixed = pairExpectations(one, freeRouters(other)).data;
    fixed.forEach((x, k) => {
      expect(free[k]).toBeCloseTo(x, 13);
      expect(mixed[k]).toBeCloseTo(x, 13);
    });
  });

  it('have a gradient that the loss follows, lengths included', async () => {
    const shape = { inputDim: 7, gate } as const;
    const teacher = free({ ...shape, experts: 2 }, [1.5, 0.8], 4);
    const { evaluate } = populationObjective(teacher);
    const student = free({ ...shape, experts: 3 }, [0.5, 1, 1.8], 5);
    const { gradient } = await evaluate(student, 0);
    for (const salt of [1, 2, 3]) {
      const direction = tangent(student, salt);
      const along = await derivativeAlong(student, direction, async (model) => {
        return (await evaluate(model, 0)).loss;
      });
      expect(along / dotParams(gradient, direction)).toBeCloseTo(1, 6);
    }
  });
});

describe.each([
  { experts: 3, inputDim: 14, what: 'as matrices' },
  { experts: 12, inputDim: 40, what: 'as products' },
])('second derivatives $what', ({ experts, inputDim }) => {
  const teacher = free({ inputDim, experts: 2 }, [1.5, 0.8], 4);
  const student = free({ inputDim, experts }, [0.6, 1.2, 1.9, 0.9], 5);
  const span = toSpan(student, teacher);

  it('are those of the gradient, on directions in the span', async () => {
    const { evaluate } = populationObjective(span.teacher);
    const curvature = await population(teacher).curvature(student);
    const [x, y] = [tangent(span.student, 1), tangent(span.student, 2)];
    const along = await derivativeAlong(span.student, x, async (model) =>
      dotParams((await evaluate(model, 0)).gradient, y),
    );
    const image = curvature.apply(x);
    expect(along / dotParams(image, y)).toBeCloseTo(1, 7);
    expect(dotParams(curvature.apply(y), x)).toBeCloseTo(dotParams(image, y), 10);
  });

  it('are those of the gradient, on directions out of the span', async () => {
    const { evaluate } = populationObjective(teacher);
    const { complement } = await population(teacher).curvature(student);
    const r = span.student.spec.inputDim;
    expect(r).toBeLessThan(inputDim);
    const normal = row(toSpan(someModel({ inputDim, experts }, 9), student).basis, 0);
    const outside = outOf(span, normal);
    const coefficients = Array.from({ length: 2 * experts }, (_, b) => Math.cos(b + 1));
    const direction = makeParams(student.spec, ({ name, shape }) => {
      const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
      if (name === 'amplitude') return { shape, data };
      const first = name === 'router' ? 0 : experts;
      return {
        shape,
        data: data.map(
          (_, k) => coefficients[first + Math.floor(k / inputDim)]! * outside[k % inputDim]!,
        ),
      };
    });
    const along = await derivativeAlong(student, direction, async (model) =>
      dotParams((await evaluate(model, 0)).gradient, direction),
    );
    const product = coefficients.reduce(
      (sum, x, b) =>
        sum +
        coefficients.reduce(
          (inner, y, c) => inner + x * y * complement.hessian.data[b * 2 * experts + c]!,
          0,
        ),
      0,
    );
    expect(along / product).toBeCloseTo(1, 7);
  });
});

it('second derivatives as matrices and as products are the same', () => {
  const teacher = free({ inputDim: 9, experts: 2 }, [1.5, 0.8], 4);
  const student = free({ inputDim: 9, experts: 4 }, [0.6, 1.2, 1.9], 7);
  const matrices = populationCurvature(student, teacher);
  expect(matrices.span).toBeDefined();
  const span = toSpan(student, teacher);
  const products = complete(curvatureOperator(span.student, span.teacher));
  const x = tangent(span.student, 1);
  for (const times of ['apply', 'gaussNewton'] as const) {
    const difference = addScaled(matrices[times](x), -1, products[times](x));
    expect(normParams(difference)).toBeLessThan(1e-11 * normParams(products[times](x)));
  }
  for (const block of ['hessian', 'gaussNewton'] as const) {
    products.complement[block].data.forEach((value, k) => {
      expect(matrices.complement[block].data[k]).toBeCloseTo(value, 11);
    });
  }
});

it.each(gates)('coefficients of %s at any length are those of quadrature', (name) => {
  const gate = gateOf(name);
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: name === 'tanh' ? 1.25 : 2.5, noNaN: true }),
      (sigma) => {
        const found = coefficientsOf(gate)(sigma);
        const expected = quadratureMoments((z) => gate.value(sigma * z), 40);
        expected.forEach((c, n) => {
          expect(Math.abs((found[n] ?? 0) - c)).toBeLessThan(4e-15);
        });
      },
    ),
    { numRuns: 20 },
  );
});

it('routers without a direction, and those too long, are refused by name', async () => {
  const shape = { inputDim: 5, experts: 2 } as const;
  const teacher = free(shape, [1], 1);
  const { evaluate } = populationObjective(teacher);
  const zero = free(shape, [1], 2);
  zero.params.router.data.fill(0, 5, 10);
  await expect(evaluate(zero, 0)).rejects.toThrow(
    new ValueError('is a router without a direction', {
      field: 'params.router[1]',
      value: 0,
      remedy: 'Give finite numbers that are not all zero; if a step led here, take a smaller one.',
    }),
  );
  for (const [name, longest] of [
    ['sigmoid', 9.5],
    ['tanh', 4.5],
    ['probit', 12],
  ] as const) {
    expect(() => coefficientsOf(gateOf(name))(longest)).toThrow(UnsupportedError);
  }
  expect(coefficientsOf(gateOf('probit'))(10).length).toBeGreaterThan(1000);
  await expect(evaluate(free(shape, [1, 30], 2), 0)).rejects.toThrow(
    /params.router: has rows of length 33 or about, too long for exact expectations/,
  );
});

describe('the SIMD kernels, of routers that have lengths of their own', () => {
  const kinds: Shape[] = [
    { inputDim: 9, experts: 2 },
    { inputDim: 9, experts: 3, gate: 'tanh', expert: { kind: 'hermite', degree: 2 } },
    { inputDim: 9, experts: 1, gate: 'probit', expert: { kind: 'hermite', degree: 6 } },
    { inputDim: 9, experts: 4, expert: { kind: 'series', coefficients: [0.2, 0, 0.5, 1] } },
    { inputDim: 9, experts: 2, expert: { kind: 'linear' } },
  ];

  it.each(kinds)('have the loss and gradient of JavaScript: %o', async (kind) => {
    const teachers = [free(kind, [1.2, 0.7], 3), someModel(kind, 3)];
    for (const teacher of teachers) {
      const [plain, simd] = [
        populationObjective(teacher),
        populationObjective(teacher, { variant: 'float64-simd' }),
      ];
      for (const experts of [1, 2, 5, 8]) {
        for (const lengths of [[1], [0.4, 1.1], kind.gate === 'tanh' ? [0.8] : [0.9, 2.3]]) {
          const student = free({ ...kind, experts }, lengths, experts);
          const expected = await plain.evaluate(student, 0);
          const found = await simd.evaluate(student, 0);
          const size = Math.max(1, normParams(expected.gradient));
          expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-12 * (1 + expected.loss));
          const difference = addScaled(found.gradient, -1, expected.gradient);
          expect(normParams(difference)).toBeLessThan(1e-12 * size);
        }
      }
    }
  });

  it('have duplicates and opposite routers, whose series are the longest', async () => {
    const teacher = free({ inputDim: 9, experts: 2 }, [1.4, 0.7], 3);
    const one = free({ inputDim: 9, experts: 4 }, [1.2, 0.8], 3);
    for (const array of [one.params.router, one.params.expert]) {
      row(array, 1).set(row(array, 0));
      row(array, 2).set(row(array, 0).map((x) => -x));
      row(array, 3).set(row(teacher.params[array === one.params.router ? 'router' : 'expert'], 1));
    }
    const expected = await populationObjective(teacher).evaluate(one, 0);
    const simd = populationObjective(teacher, { variant: 'float64-simd' });
    const found = await simd.evaluate(one, 0);
    expect(found.loss).toBeCloseTo(expected.loss, 12);
    expect(normParams(addScaled(found.gradient, -1, expected.gradient))).toBeLessThan(1e-11);
  });

  it('leave second derivatives to JavaScript', async () => {
    const teacher = free({ inputDim: 40, experts: 2 }, [1.5, 0.8], 4);
    const student = free({ inputDim: 40, experts: 12 }, [0.6, 1.2], 5);
    const [plain, simd] = await Promise.all(
      (['float64', 'float64-simd'] as const).map((variant) =>
        population(teacher, { variant }).curvature(student),
      ),
    );
    const x = tangent(plain!.student, 1);
    expect(simd!.apply(x)).toEqual(plain!.apply(x));
  });
});

/** Some tangent direction at a model. */
function tangent(model: MoE, salt: number): Params {
  const vector = mapParams(model.params, ({ shape, data }, name) => ({
    shape,
    data: data.map((_, k) => Math.sin(salt * 3.1 + name.length + (k + 1) * 1.37)),
  }));
  return projectTangent(model, vector);
}

async function derivativeAlong(
  model: MoE,
  direction: Params,
  f: (model: MoE) => Promise<number>,
): Promise<number> {
  const at = new Map<number, number>();
  for (const step of [-2, -1, 1, 2]) {
    const moved = retract(model.spec, addScaled(model.params, step * 1e-3, direction));
    at.set(step * 1e-3, await f(moved));
  }
  return derivative((x) => at.get(x)!, 0);
}

/** The part of a vector out of a span, as a unit vector. */
function outOf(
  { basis }: { basis: { shape: readonly number[]; data: Float64Array } },
  vector: Float64Array,
): Float64Array {
  const [r = 0, d = 0] = basis.shape;
  const rest = vector.map((x, c) => x + 0.3 * Math.sin(5 * c));
  for (let pass = 0; pass < 2; pass++) {
    for (let b = 0; b < r; b++) {
      const q = basis.data.subarray(b * d, (b + 1) * d);
      const overlap = q.reduce((sum, x, c) => sum + x * rest[c]!, 0);
      q.forEach((x, c) => {
        rest[c] = rest[c]! - overlap * x;
      });
    }
  }
  const length = Math.hypot(...rest);
  return rest.map((x) => x / length);
}
