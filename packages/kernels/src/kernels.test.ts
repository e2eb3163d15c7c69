import { describe, expect, it } from 'vitest';
import { Arena, kernelsOf, variants } from '../test/arena.ts';
import {
  floats,
  gaussians,
  gradientErrors,
  numbers,
  parametersOf,
  place,
  placeGradient,
  relativeError,
} from '../test/problem.ts';
import { backward, evaluate, lossAndGradient } from '../test/reference.ts';
import { type ExpertSpec, type ModelSpec, workspaceBytes } from './index.ts';

const gates = ['sigmoid', 'tanh', 'probit', 'softmax'] as const;
const experts: readonly ExpertSpec[] = [
  ...[1, 2, 3, 4, 5, 6].map((degree) => ({ kind: 'hermite' as const, degree })),
  { kind: 'series', coefficients: [0.3, -0.5, 0.2, 0.7, -0.1, 0.05, 0.2] },
  { kind: 'series', coefficients: [0.25, 1] },
  ...(['linear', 'relu', 'tanh', 'gelu'] as const).map((kind) => ({ kind })),
];
/** d, m, n: around whole panels, tiles and blocks. */
const shapes = [
  [1, 1, 1],
  [3, 2, 7],
  [8, 4, 8],
  [9, 3, 63],
  [17, 5, 64],
  [7, 8, 65],
  [64, 9, 17],
  [63, 17, 100],
  [65, 1, 3],
  [100, 7, 200],
  [16, 65, 9],
  [33, 64, 129],
] as const;

const TOLERANCE = 1e-5;

function specOf(gate: (typeof gates)[number], expert: ExpertSpec, d: number, m: number): ModelSpec {
  return gate === 'softmax'
    ? { inputDim: d, experts: m, gate: 'sigmoid', expert, routing: 'softmax' }
    : { inputDim: d, experts: m, gate, expert, routing: 'independent' };
}

const memory = new WebAssembly.Memory({ initial: 1 });
const both = await Promise.all(variants.map((variant) => kernelsOf(variant, memory)));

/** All methods of both variants on one random problem against float64: the largest errors by array. */
function compare(spec: ModelSpec, n: number, seed: number): Record<string, number>[] {
  const { inputDim: d, experts: m } = spec;
  const next = numbers(seed);
  const params = parametersOf(spec, next);
  const x = gaussians(n * d, next);
  const y = floats(n, next, 2);
  const expected = evaluate(spec, params, x, n);
  const truth = lossAndGradient(spec, params, x, y, n);
  const pulledBack = backward(spec, params, x, y, n);
  return both.map((kernels) => {
    const arena = new Arena(memory);
    const model = place(arena, spec, params);
    const points = { inputs: arena.take(n * d, x), targets: arena.take(n, y), size: n };
    const outputs = arena.take(n);
    const unitOutputs = arena.take(n * m);
    const gradient = placeGradient(arena, spec, n);
    const pulled = placeGradient(arena, spec, n);
    const workspace = arena.take(workspaceBytes({ model: spec, inputGradient: true }) / 4);

    kernels.forward(model, points, outputs, workspace);
    kernels.units(model, points, unitOutputs, workspace);
    const loss = kernels.lossAndGradient(model, points, gradient, workspace);
    kernels.backward(model, { ...points, cotangents: points.targets }, pulled, workspace);

    expect(arena.intact(), 'writes stay inside their arrays').toBe(true);
    expect(arena.read(points.inputs, n * d)).toEqual(x);
    return {
      outputs: relativeError(arena.read(outputs, n), expected.outputs),
      units: relativeError(arena.read(unitOutputs, n * m), expected.units),
      loss: Math.abs(loss / truth.loss - 1),
      ...gradientErrors(arena, gradient, truth.gradient),
      backward: Math.max(...Object.values(gradientErrors(arena, pulled, pulledBack))),
    };
  });
}

function expectSmall(errors: Record<string, number>[], bound: number): void {
  errors.forEach((byName, i) => {
    for (const [name, error] of Object.entries(byName)) {
      expect(error, `${name}, ${variants[i]}`).toBeLessThan(bound);
    }
  });
}

describe.each(gates)('%s', (gate) => {
  it.each(experts)('agrees with float64 at every shape: %j', (expert) => {
    shapes.forEach(([d, m, n], i) => {
      expectSmall(compare(specOf(gate, expert, d, m), n, i + 1), TOLERANCE);
    });
  });
});

it('keeps its accuracy over 16384 rows', () => {
  const spec = specOf('sigmoid', { kind: 'hermite', degree: 3 }, 20, 5);
  expectSmall(compare(spec, 16384, 7), 2e-6);
});

it('differs between the variants: both are really run', () => {
  const spec = specOf('sigmoid', { kind: 'hermite', degree: 3 }, 20, 5);
  const [simd, relaxed] = compare(spec, 100, 7);
  expect(simd).not.toEqual(relaxed);
});

describe.each(both)('$variant', (kernels) => {
  it('does not care what the workspace holds', () => {
    const spec = specOf('softmax', { kind: 'gelu' }, 13, 5);
    const next = numbers(3);
    const arena = new Arena(memory);
    const model = place(arena, spec, parametersOf(spec, next));
    const n = 77;
    const inputs = arena.take(n * 13, gaussians(n * 13, next));
    const points = { inputs, targets: arena.take(n, floats(n, next, 1)), size: n };
    const gradient = placeGradient(arena, spec, n);
    const count = workspaceBytes({ model: spec, inputGradient: true }) / 4;
    const workspace = arena.take(count);
    const results = [Number.NaN, 0, Number.POSITIVE_INFINITY, -1e30].map((dirt) => {
      new Float32Array(memory.buffer, workspace, count).fill(dirt);
      const loss = kernels.lossAndGradient(model, points, gradient, workspace);
      return [loss, ...arena.read(gradient.router, 65), ...arena.read(gradient.inputs!, n * 13)];
    });
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('passes NaN on', () => {
    const spec = specOf('sigmoid', { kind: 'hermite', degree: 3 }, 4, 2);
    const arena = new Arena(memory);
    const model = place(arena, spec, parametersOf(spec, numbers(1)));
    const inputs = arena.take(8, [0, 0, 0, 0, 1, Number.NaN, 1, 1]);
    const points = { inputs, targets: arena.take(2, [0, 0]), size: 2 };
    const workspace = arena.take(workspaceBytes({ model: spec }) / 4);
    const outputs = arena.take(2);
    kernels.forward(model, points, outputs, workspace);
    expect([...arena.read(outputs, 2)].map(Number.isNaN)).toEqual([false, true]);
    const gradient = placeGradient(arena, spec);
    expect(kernels.lossAndGradient(model, points, gradient, workspace)).toBeNaN();
  });
});
