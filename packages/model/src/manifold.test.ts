import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array, moe } from '../test/arbitraries.ts';
import { expectError } from '../test/expect-error.ts';
import { norm } from './linalg/norm.ts';
import { normaliseRows } from './linalg/normalise-rows.ts';
import { matrixSize, row } from './linalg/rows.ts';
import { dot } from './linalg/vectors.ts';
import {
  fromTangentCoordinates,
  projectTangent,
  projectTangentInPlace,
  retract,
  tangentDim,
  toTangentCoordinates,
} from './manifold.ts';
import { createMoE, param, parameterLayout, unitTolerance } from './moe.ts';
import { ndarray, sizeOf } from './ndarray.ts';
import { addScaled, copyParams, dotParams, normParams } from './params.ts';
import type { MoE, Params } from './spec.ts';
import { asParams } from './tangent-matrix.ts';

/** A model and two vectors of the shapes of its parameters. */
const withVectors = moe().chain((model) =>
  fc.tuple(fc.constant(model), vector(model), vector(model)),
);

function vector({ spec }: MoE): fc.Arbitrary<Params> {
  return array([
    Object.values(parameterLayout(spec)).reduce((n, { shape }) => n + sizeOf(shape), 0),
  ]).map(({ data }) => asParams(spec, data));
}

const distance = (x: Params, y: Params) => normParams(addScaled(x, -1, y));

describe('projectTangent', () => {
  it('is linear, idempotent and self-adjoint, and removes the radial part', () => {
    fc.assert(
      fc.property(withVectors, ([model, x, y]) => {
        const [px, py] = [projectTangent(model, x), projectTangent(model, y)];
        expect(distance(projectTangent(model, px), px)).toBeLessThan(1e-13);
        expect(dotParams(px, y)).toBeCloseTo(dotParams(x, py), 11);
        const own = copyParams(x);
        projectTangentInPlace(model, own);
        expect(own).toEqual(px);
        const sum = projectTangent(model, addScaled(x, 2, y));
        expect(distance(sum, addScaled(px, 2, py))).toBeLessThan(1e-12);
        for (const { name, manifold } of Object.values(parameterLayout(model.spec))) {
          if (manifold === 'free') {
            expect(px[name]).toEqual(x[name]);
            continue;
          }
          const points = param(model.params, name);
          for (let i = 0; i < matrixSize(points).rows; i++) {
            expect(Math.abs(dot(row(points, i), row(param(px, name), i)))).toBeLessThan(1e-13);
          }
        }
      }),
    );
  });
});

describe('tangent coordinates', () => {
  it('number m(d − 1) a sphere and all of a free array', () => {
    fc.assert(
      fc.property(withVectors, ([model, x]) => {
        const { inputDim: d, experts: m, routing } = model.spec;
        const softmax = m * (d - 1) + m * (d + 2);
        expect(tangentDim(model.spec)).toBe(routing === 'softmax' ? softmax : 2 * m * (d - 1) + m);
        expect(toTangentCoordinates(model, x)).toHaveLength(tangentDim(model.spec));
      }),
    );
    const spec = { ...model12().spec, routing: 'softmax' as const };
    expect(tangentDim(spec)).toBe(2 + 1 + 1 + 1);
  });

  it('are an isometry of the tangent space with its inverse', () => {
    fc.assert(
      fc.property(withVectors, ([model, ...vectors]) => {
        const [x, y] = [projectTangent(model, vectors[0]), projectTangent(model, vectors[1])];
        const [cx, cy] = [toTangentCoordinates(model, x), toTangentCoordinates(model, y)];
        expect(dot(cx, cy)).toBeCloseTo(dotParams(x, y), 10);
        expect(distance(fromTangentCoordinates(model, cx), x)).toBeLessThan(1e-12);
      }),
    );
  });

  it('all give tangent vectors, and come back', () => {
    const input = moe().chain((model) =>
      fc.tuple(fc.constant(model), array([tangentDim(model.spec)])),
    );
    fc.assert(
      fc.property(input, ([model, { data }]) => {
        const x = fromTangentCoordinates(model, data);
        expect(distance(projectTangent(model, x), x)).toBeLessThan(1e-12);
        const back = toTangentCoordinates(model, x);
        expect(Math.max(0, ...back.map((c, i) => Math.abs(c - data[i]!)))).toBeLessThan(1e-12);
      }),
    );
  });

  it('hold at the poles ±e_1, where a reflection could divide by zero', () => {
    for (const pole of [1, -1, -0]) {
      const row = pole === 0 ? [-0, 1] : [pole, 0];
      const model = model12(row);
      const tangent = {
        router: ndarray([1, 2], pole === 0 ? [3, 0] : [0, 3]),
        expert: ndarray([1, 2], pole === 0 ? [-2, 0] : [0, -2]),
        amplitude: ndarray([1], [5]),
      };
      const coordinates = toTangentCoordinates(model, tangent);
      expect([...coordinates].map(Math.abs)).toEqual([3, 2, 5]);
      expect(distance(fromTangentCoordinates(model, coordinates), tangent)).toBe(0);
    }
  });
});

describe('retract', () => {
  it('keeps a model, and brings a step back to the manifold', () => {
    fc.assert(
      fc.property(withVectors, ([model, x]) => {
        expect(distance(retract(model.spec, model.params).params, model.params)).toBeLessThan(
          1e-15 * 10,
        );
        const stepped = retract(model.spec, addScaled(model.params, 0.1, projectTangent(model, x)));
        expect(createMoE(stepped.spec, stepped.params)).toEqual(stepped);
      }),
    );
  });

  it('agrees with the tangent to first order', () => {
    fc.assert(
      fc.property(withVectors, ([model, x]) => {
        const tangent = projectTangent(model, x);
        const step = 1e-4;
        const moved = retract(model.spec, addScaled(model.params, step, tangent)).params;
        const error = distance(moved, addScaled(model.params, step, tangent));
        expect(error).toBeLessThan(step * step * (1 + normParams(tangent) ** 2));
      }),
    );
  });
});

describe('normaliseRows', () => {
  it('gives rows of length 1 along the old ones', () => {
    const rows = normaliseRows(ndarray([2, 2], [3, 4, 0, -2]));
    expect([...rows.data]).toEqual([0.6, 0.8, 0, -1]);
  });

  it.each([
    [[0, 0], 0],
    [[NaN, 1], NaN],
    [[Infinity, 1], Infinity],
  ])('refuses the row %o', (bad, norm) => {
    const rows = ndarray([2, 2], [1, 0, ...bad]);
    expectError(
      () => normaliseRows(rows, 'p'),
      'ValueError',
      'p[1]',
      norm,
      /not all zero; if a step/,
    );
    const params = { ...model12().params, expert: ndarray([1, 2], bad) };
    const action = () => retract(model12().spec, params);
    expectError(action, 'ValueError', 'params.expert[0]', norm, /not all zero; if a step/);
  });
});

/** One unit in two dimensions, router and expert along `row`. */
function model12(row: readonly number[] = [1, 0]): MoE {
  return createMoE(
    {
      inputDim: 2,
      experts: 1,
      gate: 'sigmoid',
      expert: { kind: 'hermite', degree: 1 },
      routing: 'independent',
    },
    {
      router: ndarray([1, 2], row),
      expert: ndarray([1, 2], row),
      amplitude: ndarray([1], [1]),
    },
  );
}

describe('normaliseRows', () => {
  it('gives directions of rows whose squares underflow or overflow', () => {
    const rows = ndarray(
      [4, 3],
      [
        [1e-162, 2e-162, 2e-162],
        [3e200, 4e200, 0],
        [5e-324, -5e-324, 0],
        [1.7e308, 1.7e308, 1.7e308],
      ].flat(),
    );
    const { data } = normaliseRows(rows);
    const expected = [1 / 3, 2 / 3, 2 / 3, 0.6, 0.8, 0, Math.SQRT1_2, -Math.SQRT1_2, 0];
    for (const [i, x] of [...expected, ...new Array(3).fill(1 / Math.sqrt(3))].entries()) {
      expect(Math.abs(data[i]! - x)).toBeLessThan(3e-16);
    }
  });

  it('gives unit rows of any numbers that float64 has, which it then keeps', () => {
    const size = fc.tuple(
      fc.double({ min: 0.1, max: 9, noNaN: true }),
      fc.integer({ min: -320, max: 307 }),
    );
    const anyRow = fc.array(
      size.map(([x, e]) => x * 10 ** (e / 2) * 10 ** (e / 2)),
      {
        minLength: 1,
        maxLength: 7,
      },
    );
    fc.assert(
      fc.property(anyRow, (xs) => {
        fc.pre(xs.some((x) => x !== 0));
        const { data } = normaliseRows(ndarray([1, xs.length], xs));
        expect(Math.abs(norm(data) - 1)).toBeLessThanOrEqual(unitTolerance(xs.length));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['zeros', [0, 0], 0],
    ['NaN', [1, NaN], NaN],
    ['Infinity', [1, -Infinity], Infinity],
  ])('refuses a row of %s', (_, row, length) => {
    const act = () => normaliseRows(ndarray([1, 2], row), 'rows');
    expectError(act, 'ValueError', 'rows[0]', length, /not all zero/);
  });
});
