import { loadLeastSquaresKernels } from '@softmoe/kernels/least-squares';
import { forward, freeRouters, type MoE, type Points } from '@softmoe/model';
import { createStudent, normals } from '@softmoe/teacher';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fusedPassOn } from './fused-pass.ts';
import { coordinateBlocks } from './gauss-newton.ts';
import { plainKernels } from './plain-kernels.ts';
import { residualsOn } from './residuals.ts';
import { passOver, slopeGroups } from './slopes.ts';

const student = (experts: number, inputDim: number, seed: number) =>
  createStudent({
    ...{ gate: 'sigmoid', expert: { kind: 'gelu' }, experts, inputDim, seed, amplitude: 0.7 },
  });

/** Normal points, times `scale`, and targets. */
function sample(size: number, inputDim: number, seed: number, scale = 1): Points {
  const draw = (stream: string) => ({ seed, stream, step: 0, size });
  const inputs = Float64Array.from(normals(draw('x'), inputDim), (x) => scale * x);
  return { inputs, targets: Float64Array.from(normals(draw('y'), 1)), size };
}

async function both(model: MoE, points: Points) {
  const kernels = await loadLeastSquaresKernels();
  const fused = fusedPassOn(points, coordinateBlocks(points))(model, kernels);
  return { fused, plain: passOver(model, points) };
}

it('the pass of the kernels has the bits of the plain one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 7 }),
      fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(64, 128, 4097)),
      fc.constantFrom(0.1, 1, 12, 60),
      fc.nat(1000),
      async (experts, inputDim, size, scale, seed) => {
        const model = student(experts, inputDim, seed);
        const { fused, plain } = await both(model, sample(size, inputDim, seed, scale));
        expect(fused).toEqual(plain);
      },
    ),
    { numRuns: 60 },
  );
});

it('routers that have lengths of their own are those of the same pass', async () => {
  const model = freeRouters(student(3, 4, 1));
  const { fused, plain } = await both(model, sample(150, 4, 1));
  expect(fused).toEqual(plain);
});

it('what kernels have no pass for is left to JavaScript: far logits, NaN, other units, engines without SIMD', async () => {
  const far = sample(100, 3, 1);
  far.inputs[7] = 1e4;
  expect((await both(student(2, 3, 1), far)).fused).toBeUndefined();
  far.inputs[7] = Number.NaN;
  expect((await both(student(2, 3, 1), far)).fused).toBeUndefined();
  const points = sample(100, 3, 1);
  const tanh = createStudent({
    ...{ gate: 'tanh', expert: { kind: 'gelu' }, experts: 2, inputDim: 3, seed: 1, amplitude: 1 },
  });
  expect((await both(tanh, points)).fused).toBeUndefined();
  const pass = fusedPassOn(points, coordinateBlocks(points));
  expect(pass(student(2, 3, 1), plainKernels)).toBeUndefined();
});

it('residuals are those of forward, bit for bit, of units with a pass and without', async () => {
  const points = sample(150, 4, 3);
  const residuals = residualsOn(points);
  const relu = createStudent({
    ...{
      gate: 'sigmoid',
      expert: { kind: 'relu' },
      experts: 2,
      inputDim: 4,
      seed: 1,
      amplitude: 1,
    },
  });
  for (const model of [student(3, 4, 1), relu]) {
    const outputs = forward(model, points.inputs, 150);
    expect(await residuals(model)).toEqual(outputs.map((f, s) => f - points.targets[s]!));
  }
  await expect(residuals(student(3, 5, 1))).rejects.toThrow(/^sample\.inputs: /);
  await expect(residuals(undefined as never)).rejects.toThrow(/^model: /);
});

it('slopes that nobody needs any more are written over', async () => {
  const [model, points] = [student(3, 4, 2), sample(150, 4, 2)];
  const kernels = await loadLeastSquaresKernels();
  const [spare] = slopeGroups(student(3, 4, 5), points);
  const found = fusedPassOn(points, coordinateBlocks(points))(model, kernels, spare);
  expect(found!.groups![0]!.slopes).toBe(spare!.slopes);
  expect(found).toEqual(passOver(model, points));
});
