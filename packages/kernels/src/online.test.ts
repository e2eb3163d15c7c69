import { noiseNormals, normals } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { Arena, kernelsOf, variants } from '../test/arena.ts';
import { gradientErrors, numbers, parametersOf, place, placeGradient } from '../test/problem.ts';
import { evaluate, lossAndGradient } from '../test/reference.ts';
import { type ModelSpec, workspaceBytes } from './index.ts';

const cubic = { kind: 'hermite', degree: 3 } as const;
const student = (d: number, m: number): ModelSpec => ({
  inputDim: d,
  experts: m,
  gate: 'sigmoid',
  expert: cubic,
  routing: 'independent',
});
/** Pairs of student and teacher that differ in gate, expert and routing. */
const pairs: [string, Partial<ModelSpec>, Partial<ModelSpec>][] = [
  ['sigmoid, Hermite 3 for both', {}, {}],
  [
    'probit and gelu from tanh and Hermite 5',
    { gate: 'probit', expert: { kind: 'gelu' } },
    { gate: 'tanh', expert: { kind: 'hermite', degree: 5 } },
  ],
  ['softmax from independent', { routing: 'softmax' }, { expert: { kind: 'relu' } }],
  [
    'independent from softmax',
    { expert: { kind: 'hermite', degree: 4 } },
    { routing: 'softmax', expert: { kind: 'hermite', degree: 6 } },
  ],
  [
    'softmax from softmax',
    { routing: 'softmax', expert: { kind: 'tanh' } },
    { routing: 'softmax' },
  ],
];
/** d, m, k, n */
const shapes = [
  [1, 1, 1, 1],
  [3, 2, 5, 7],
  [8, 4, 4, 64],
  [17, 9, 2, 65],
  [64, 7, 3, 200],
  [100, 25, 5, 63],
] as const;

describe.each(variants)('%s', async (variant) => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = await kernelsOf(variant, memory);

  it.each(pairs)('draws, labels and differentiates: %s', (_, first, second) => {
    shapes.forEach(([d, m, k, n], i) => {
      const next = numbers(i + 100);
      const specs = [
        { ...student(d, m), ...first },
        { ...student(d, k), ...second },
      ] as const;
      const params = [parametersOf(specs[0], next), parametersOf(specs[1], next)] as const;
      const arena = new Arena(memory);
      const model = place(arena, specs[0], params[0]);
      const teacher = place(arena, specs[1], params[1]);
      const gradient = placeGradient(arena, specs[0]);
      const bytes = workspaceBytes({ model: specs[0], teacher: specs[1] });
      const draw = { seed: 2 ** 40 + i, stream: 'online', step: i, size: n, noise: i % 2 };
      const loss = kernels.online(model, teacher, draw, gradient, arena.take(bytes / 4));

      const x = normals(draw, d);
      const xi = noiseNormals(draw);
      const y = evaluate(specs[1], params[1], x, n).outputs.map((f, s) => f + draw.noise * xi[s]!);
      const truth = lossAndGradient(specs[0], params[0], x, y, n);
      expect(Math.abs(loss / truth.loss - 1), `loss at ${d}, ${m}, ${k}, ${n}`).toBeLessThan(1e-5);
      for (const [name, error] of Object.entries(gradientErrors(arena, gradient, truth.gradient))) {
        expect(error, `${name} at ${d}, ${m}, ${k}, ${n}`).toBeLessThan(1e-5);
      }
      expect(arena.intact()).toBe(true);
    });
  });
});

describe.each(variants)('a run of steps, %s', async (variant) => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = await kernelsOf(variant, memory);
  const arena = new Arena(memory);
  const [d, m, k] = [24, 6, 2];
  const spec = student(d, m);
  const model = place(arena, spec, parametersOf(spec, numbers(1)));
  const teacher = place(arena, student(d, k), parametersOf(student(d, k), numbers(2)));
  const gradient = placeGradient(arena, spec);
  const workspace = arena.take(workspaceBytes({ model: spec, teacher: teacher.spec }) / 4);
  const results = (loss: number) => [
    loss,
    ...arena.read(gradient.router, m * d),
    ...arena.read(gradient.expert, m * d),
    ...arena.read(gradient.amplitude, m),
  ];
  const step = (number: number, size = 100) => {
    const draw = { seed: 3, stream: 'run', step: number, size };
    return results(kernels.online(model, teacher, draw, gradient, workspace));
  };

  it('is lossAndGradient on the same normals and labels, bit for bit', () => {
    const size = 150;
    const points = { inputs: arena.take(d * size), targets: arena.take(size), size };
    const online = step(5, size);
    kernels.normals({ seed: 3, stream: 'run', step: 5, size }, d, points.inputs, workspace);
    kernels.forward(teacher, points, points.targets, workspace);
    const given = results(kernels.lossAndGradient(model, points, gradient, workspace));
    expect(given).toEqual(online);
  });

  if (variant === 'simd') {
    it('gives these bits, on every engine', () => {
      expect(checksum(step(11))).toBe('4e9d138b');
    });
  }

  it('gives the same bits for the same step, and others for another', () => {
    const first = step(7);
    expect(step(8)).not.toEqual(first);
    expect(step(7)).toEqual(first);
  });

  it('goes on when the memory has grown', () => {
    const before = step(9);
    memory.grow(3);
    expect(step(9)).toEqual(before);
  });

  it('does not grow the memory, nor write outside its arrays, in 10 000 steps', () => {
    const bytes = memory.buffer.byteLength;
    for (let i = 0; i < 10_000; i++) step(i, 1 + (i % 130));
    expect(memory.buffer.byteLength).toBe(bytes);
    expect(arena.intact()).toBe(true);
  });
});

/** FNV-1a over the bytes of the numbers. */
function checksum(values: readonly number[]): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(Float64Array.from(values).buffer)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
