import { forward } from '@softmoe/model';
import { lossAndMoments, turnRows } from '@softmoe/model/linalg';
import { normals } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { Arena, kernelsOf, variants } from '../test/arena.ts';
import { numbers, parametersOf, place, placeGradient } from '../test/problem.ts';
import { KernelsValueError, type ModelSpec, workspaceBytes } from './index.ts';

// Number for number the step is compared with the float64 one by the conformance suite of @softmoe/backend.

const specOf = (d: number, m: number, routing = 'independent'): ModelSpec => ({
  inputDim: d,
  experts: m,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  routing,
});
/** d, m, k, n */
const shapes = [
  [1, 1, 1, 1],
  [7, 4, 4, 64],
  [12, 3, 1, 5],
  [33, 5, 3, 130],
  [200, 9, 2, 65],
] as const;

describe.each(variants)('a step drawn in the span, %s', async (variant) => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = await kernelsOf(variant, memory);

  it.each(shapes)('writes nothing but its arrays, d %i, m %i, k %i, n %i', (d, m, k, n) => {
    for (const routing of ['independent', 'softmax']) {
      const arena = new Arena(memory);
      const spec = specOf(d, m, routing);
      const model = place(arena, spec, parametersOf(spec, numbers(1)));
      const teacher = place(arena, specOf(d, k), parametersOf(specOf(d, k), numbers(2)));
      const gradient = placeGradient(arena, spec);
      const needs = { model: spec, teacher: teacher.spec, span: true };
      const workspace = arena.take(workspaceBytes(needs) / 4);
      const draw = { seed: 3, stream: 'run', step: 4, size: n, noise: 0.1 };
      const loss = kernels.spanStep(model, teacher, draw, gradient, workspace);
      expect(arena.intact()).toBe(true);
      expect(Number.isFinite(loss)).toBe(true);
      for (const rows of [gradient.router, gradient.expert]) {
        expect(arena.read(rows, m * d).every(Number.isFinite)).toBe(true);
      }
    }
  });

  const [d, m, k] = [24, 4, 2];
  const spec = specOf(d, m);
  const next = numbers(1);
  const params = parametersOf(spec, next);
  const teacherParams = parametersOf(specOf(d, k), next);
  const floats = (offset: number, count: number) => new Float32Array(memory.buffer, offset, count);
  /** One step with the student's rows at the first byte of the memory, which is an address like any other. */
  const step = (number: number, size = 100, stream = 'run') => {
    const end = 4 * (2 * m * d + m);
    const at = (start: number, experts: number) => ({
      router: start,
      expert: start + 4 * experts * d,
      amplitude: start + 8 * experts * d,
    });
    const model = { spec, params: at(0, m) };
    const teacher = { spec: specOf(d, k), params: at(end, k) };
    const gradient = at(2 * end, m);
    for (const [placed, from, experts] of [
      [model, params, m],
      [teacher, teacherParams, k],
    ] as const) {
      floats(placed.params.router, experts * d).set(from.router);
      floats(placed.params.expert, experts * d).set(from.expert);
      floats(placed.params.amplitude, experts).set(from.amplitude);
    }
    const draw = { seed: 3, stream, step: number, size };
    const loss = kernels.spanStep(model, teacher, draw, gradient, 3 * end);
    return [loss, ...floats(gradient.router, 2 * m * d + m)];
  };

  it('gives the loss and amplitudes of the turned rows at the normals of <stream>/inside', () => {
    const rows = [params.router, params.expert, teacherParams.router, teacherParams.expert];
    const data = Float64Array.from(rows.flatMap((array) => [...array]));
    const turned = turnRows({ shape: [2 * (m + k), d], data }).rows;
    const r = 2 * (m + k);
    const part = (first: number, experts: number) => ({
      shape: [experts, r],
      data: turned.data.slice(first * r, (first + experts) * r),
    });
    const moe = (first: number, experts: number, amplitude: Float32Array) =>
      ({
        spec: { ...spec, inputDim: r, experts },
        params: {
          router: part(first, experts),
          expert: part(first + experts, experts),
          amplitude: { shape: [experts], data: Float64Array.from(amplitude) },
        },
      }) as Parameters<typeof lossAndMoments>[0];
    const draw = { seed: 3, stream: 'run/inside', step: 6, size: 100 };
    const inputs = normals(draw, r);
    const targets = forward(moe(2 * m, k, teacherParams.amplitude), inputs, 100);
    const expected = lossAndMoments(moe(0, m, params.amplitude), inputs, targets, 100);
    const [loss = NaN, ...found] = step(6);
    expect(loss / expected.loss).toBeCloseTo(1, 5);
    expected.gradient.amplitude.data.forEach((x, i) => {
      expect(found[2 * m * d + i]).toBeCloseTo(x, 5);
    });
  });

  if (variant === 'simd') {
    it('gives these bits, on every engine', () => {
      expect(checksum(step(11))).toBe('2cab2395');
    });
  }

  it('gives the same bits for the same step, and others for another step or stream', () => {
    const first = step(7);
    expect(step(8)).not.toEqual(first);
    expect(step(7, 100, 'tune')).not.toEqual(first);
    expect(step(7)).toEqual(first);
    memory.grow(2);
    expect(step(7)).toEqual(first);
  });
});

it('workspaceBytes has room for a step in the span only where that is asked for', async () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = await kernelsOf('simd', memory);
  const arena = new Arena(memory);
  const spec = specOf(24, 4);
  const model = place(arena, spec, parametersOf(spec, numbers(1)));
  const gradient = placeGradient(arena, spec);
  const needs = { model: spec, teacher: spec };
  expect(workspaceBytes({ ...needs, span: true })).toBeGreaterThan(workspaceBytes(needs));
  const short = memory.buffer.byteLength - 64;
  const draw = { seed: 1, stream: 's', step: 0, size: 1 };
  expect(() => kernels.spanStep(model, model, draw, gradient, short)).toThrow(KernelsValueError);
  const other = place(arena, specOf(23, 4), parametersOf(specOf(23, 4), numbers(1)));
  expect(() => kernels.spanStep(model, other, draw, gradient, short)).toThrow(
    /teacher\.spec\.inputDim/,
  );
});

/** FNV-1a over the bytes of the numbers. */
function checksum(values: readonly number[]): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(Float64Array.from(values).buffer)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
