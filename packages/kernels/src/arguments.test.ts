import { describe, expect, it } from 'vitest';
import { Arena, kernelsOf } from '../test/arena.ts';
import { numbers, parametersOf, place, placeGradient } from '../test/problem.ts';
import { KernelsValueError, type ModelSpec, workspaceBytes } from './index.ts';
import { monomials } from './spec.ts';

const memory = new WebAssembly.Memory({ initial: 1 });
const kernels = await kernelsOf('simd', memory);
const arena = new Arena(memory);
const spec: ModelSpec = {
  inputDim: 5,
  experts: 3,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  routing: 'softmax',
};
const model = place(arena, spec, parametersOf(spec, numbers(1)));
const points = { inputs: arena.take(50), targets: arena.take(10), size: 10 };
const gradient = placeGradient(arena, spec, 10);
const workspace = arena.take(
  workspaceBytes({ model: spec, teacher: spec, inputGradient: true }) / 4,
);
const draw = { seed: 1, stream: 'a', step: 0, size: 10 };
const end = memory.buffer.byteLength;

/** A call with one thing wrong must say which. */
function expectRefused(call: () => unknown, field: string, value: unknown): void {
  expect(call).toThrow(KernelsValueError);
  expect(call).toThrow(expect.objectContaining({ field, value }));
  expect(call).toThrow(new RegExp(`^${field.replace(/[[\]]/g, '\\$&')}: `));
}

describe('bad specs', () => {
  const bad: [string, object, unknown][] = [
    ['inputDim', { inputDim: 0 }, 0],
    ['inputDim', { inputDim: 2.5 }, 2.5],
    ['experts', { experts: Number.NaN }, Number.NaN],
    ['gate', { gate: 'step', routing: 'independent' }, 'step'],
    ['routing', { routing: 'hard' }, 'hard'],
    ['expert.kind', { expert: { kind: 'sine' } }, 'sine'],
    ['expert.degree', { expert: { kind: 'hermite', degree: 7 } }, 7],
    ['expert.coefficients', { expert: { kind: 'series', coefficients: [] } }, []],
  ];
  it.each(bad)('name %s for %j', (field, change, value) => {
    const wrong = { ...model, spec: { ...spec, ...change } as ModelSpec };
    expectRefused(
      () => kernels.forward(wrong, points, points.targets, workspace),
      `model.spec.${field}`,
      value,
    );
    expectRefused(
      () => kernels.online(model, wrong, draw, gradient, workspace),
      `teacher.spec.${field}`,
      value,
    );
  });

  it('name the dimension in which a teacher differs', () => {
    const teacher = { ...model, spec: { ...spec, inputDim: 4 } };
    expectRefused(
      () => kernels.online(model, teacher, draw, gradient, workspace),
      'teacher.spec.inputDim',
      4,
    );
  });

  it('are refused by workspaceBytes too', () => {
    const wrong = { ...spec, experts: 0 };
    expect(() => workspaceBytes({ model: wrong })).toThrow(/^model\.experts: /);
    expect(() => workspaceBytes({ model: spec, teacher: wrong })).toThrow(/^teacher\.experts: /);
  });
});

describe('bad offsets', () => {
  it.each([-4, 2, 0.5, Number.NaN, end - 8, end, 2 ** 40])('%d is refused everywhere', (offset) => {
    const fields = ['router', 'expert', 'amplitude', 'routerBias'] as const;
    for (const field of fields) {
      const params = { ...model.params, [field]: offset };
      const wrong = { ...model, params };
      expectRefused(
        () => kernels.forward(wrong, points, points.targets, workspace),
        `model.params.${field}`,
        offset,
      );
      expectRefused(
        () => kernels.online(model, wrong, draw, gradient, workspace),
        `teacher.params.${field}`,
        offset,
      );
      const into = { ...gradient, [field]: offset };
      expectRefused(
        () => kernels.lossAndGradient(model, points, into, workspace),
        `gradient.${field}`,
        offset,
      );
    }
    const inputs = { ...gradient, inputs: offset };
    expectRefused(
      () => kernels.lossAndGradient(model, points, inputs, workspace),
      'gradient.inputs',
      offset,
    );
    expectRefused(
      () => kernels.forward(model, { ...points, inputs: offset }, 64, workspace),
      'points.inputs',
      offset,
    );
    expectRefused(() => kernels.forward(model, points, offset, workspace), 'outputs', offset);
    expectRefused(() => kernels.units(model, points, offset, workspace), 'outputs', offset);
    expectRefused(() => kernels.normals(draw, 5, offset, workspace), 'outputs', offset);
    expectRefused(
      () => kernels.forward(model, points, points.targets, offset),
      'workspace',
      offset,
    );
    const targets = { ...points, targets: offset };
    expectRefused(
      () => kernels.lossAndGradient(model, targets, gradient, workspace),
      'points.targets',
      offset,
    );
    const cotangents = { ...points, cotangents: offset };
    expectRefused(
      () => kernels.backward(model, cotangents, gradient, workspace),
      'points.cotangents',
      offset,
    );
  });

  it('a missing bias is refused with softmax routing only', () => {
    const { router, expert, amplitude } = model.params;
    const without = { ...model, params: { router, expert, amplitude } };
    expectRefused(
      () => kernels.forward(without, points, points.targets, workspace),
      'model.params.routerBias',
      undefined,
    );
    const independent = { ...without, spec: { ...spec, routing: 'independent' as const } };
    kernels.forward(independent, points, points.targets, workspace);
  });
});

describe('bad draws and sizes', () => {
  const bad: [string, object, unknown][] = [
    ['draw.seed', { seed: -1 }, -1],
    ['draw.seed', { seed: 2 ** 53 }, 2 ** 53],
    ['draw.stream', { stream: '' }, ''],
    ['draw.stream', { stream: 'a\ud800' }, 'a\ud800'],
    ['draw.step', { step: 2 ** 32 }, 2 ** 32],
    ['draw.size', { size: 0 }, 0],
    ['draw.noise', { noise: -1 }, -1],
    ['draw.noise', { noise: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY],
  ];
  it.each(bad)('name %s for %j', (field, change, value) => {
    const wrong = { ...draw, ...change };
    expectRefused(() => kernels.online(model, model, wrong, gradient, workspace), field, value);
    expectRefused(() => kernels.normals(wrong, 5, points.inputs, workspace), field, value);
  });

  it('name the number of points or columns', () => {
    const none = { ...points, size: 0 };
    expectRefused(() => kernels.forward(model, none, points.targets, workspace), 'points.size', 0);
    expectRefused(() => kernels.normals(draw, 0, points.inputs, workspace), 'columns', 0);
  });
});

describe('monomials', () => {
  it('are the coefficients of He_p/√p!', () => {
    const root = Math.sqrt(720);
    const expected = [-15, 0, 45, 0, -15, 0, 1].map((c) => c / root);
    monomials([0, 0, 0, 0, 0, 0, 1]).forEach((c, j) => {
      expect(c).toBeCloseTo(expected[j]!, 14);
    });
    expect([...monomials([2, 3])]).toEqual([2, 3, 0, 0, 0, 0, 0]);
  });
});
