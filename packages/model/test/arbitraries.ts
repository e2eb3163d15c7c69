import fc from 'fast-check';
import { gateNames, MAX_HERMITE_DEGREE } from '../src/checks/index.ts';
import {
  createMoE,
  type ExpertSpec,
  type MoE,
  type MoESpec,
  type NDArray,
  normaliseRows,
  type Params,
} from '../src/index.ts';
import { dot, row, sizeOf } from '../src/linalg/index.ts';

/** A finite number of moderate size, with 0, −0 and tiny ones among them. */
export const number: fc.Arbitrary<number> = fc.oneof(
  fc.double({ min: -3, max: 3, noNaN: true }),
  fc.integer({ min: -3000, max: 3000 }).map((thousandths) => thousandths / 1000),
);

/** An array of that shape with moderate entries. */
export function array(shape: readonly number[]): fc.Arbitrary<NDArray> {
  const length = sizeOf(shape);
  return fc
    .array(number, { minLength: length, maxLength: length })
    .map((data) => ({ shape, data: Float64Array.from(data) }));
}

/** Unit rows, [rows, columns]. */
function unitRows(rows: number, columns: number): fc.Arbitrary<NDArray> {
  return array([rows, columns]).map((rough) => {
    for (let i = 0; i < rows; i++) {
      const x = row(rough, i);
      if (dot(x, x) < 0.01) x[0] = x[0]! < 0 ? -1 : 1;
    }
    return normaliseRows(rough);
  });
}

/** Experts with a finite Hermite expansion. */
export const polynomialSpec: fc.Arbitrary<ExpertSpec> = fc.oneof(
  fc.record({
    kind: fc.constant('hermite' as const),
    degree: fc.integer({ min: 1, max: MAX_HERMITE_DEGREE }),
  }),
  fc.record({
    kind: fc.constant('series' as const),
    coefficients: fc
      .array(number, { minLength: 1, maxLength: MAX_HERMITE_DEGREE + 1 })
      .filter((coefficients) => coefficients.some((c) => c !== 0)),
  }),
  fc.constant({ kind: 'linear' as const }),
);

export const expertSpec: fc.Arbitrary<ExpertSpec> = fc.oneof(
  { arbitrary: polynomialSpec, weight: 2 },
  fc.constantFrom('relu', 'tanh', 'gelu').map((kind): ExpertSpec => ({ kind })),
);

/** The specs of any gate, expert and routing, with up to `maxExperts` units in up to `maxDim` dimensions. */
function moeSpec(maxExperts: number, maxDim: number): fc.Arbitrary<MoESpec> {
  const common = {
    inputDim: fc.integer({ min: 1, max: maxDim }),
    experts: fc.integer({ min: 1, max: maxExperts }),
    expert: expertSpec,
  };
  const gate = fc.constantFrom(...gateNames, { name: 'tanh', norm: 2.5 } as const);
  return fc.oneof(
    fc.record({ ...common, gate, routing: fc.constant('independent' as const) }),
    fc.record({ ...common, routing: fc.constant('softmax' as const) }),
    fc.record({ ...common, gate, routing: fc.constant('softmax' as const) }),
  );
}

/** A valid model of any gate, expert and routing. */
export function moe(maxExperts: number = 5, maxDim: number = 6): fc.Arbitrary<MoE> {
  return moeSpec(maxExperts, maxDim).chain((spec) => {
    const { experts: m, inputDim: d } = spec;
    const independent = {
      router: unitRows(m, d),
      expert: unitRows(m, d),
      amplitude: array([m]),
    };
    const softmax = { ...independent, router: array([m, d]), routerBias: array([m]) };
    return fc
      .record<Params>(spec.routing === 'softmax' ? softmax : independent)
      .map((params) => createMoE(spec, params));
  });
}
