import type { Points } from '@softmoe/model';
import { forward, ShapeError, ValueError } from '@softmoe/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf, createDataset, sampleBatch } from './dataset.ts';
import { noiseNormals, normals } from './stream.ts';
import { createTeacher } from './teachers.ts';

const teacher = createTeacher({
  inputDim: 6,
  experts: 2,
  gate: 'sigmoid',
  expert: { kind: 'hermite', degree: 3 },
  geometry: { kind: 'orthonormal' },
  seed: 1,
});
const d = teacher.spec.inputDim;
const draw = { seed: 3, stream: 'online', step: 4, size: 100 };

describe('sampleBatch', () => {
  it('labels the normals of its draw with the teacher', () => {
    const batch = sampleBatch(teacher, draw);
    expect(batch.size).toBe(100);
    expect(batch.inputs).toEqual(normals(draw, d));
    expect(batch.targets).toEqual(forward(teacher, batch.inputs, 100));
  });

  it('adds noise of the standard deviation asked for, and leaves the inputs alone', () => {
    const clean = sampleBatch(teacher, draw);
    const noisy = sampleBatch(teacher, { ...draw, noise: 0.25 });
    const xi = noiseNormals(draw);
    expect(noisy.inputs).toEqual(clean.inputs);
    expect(noisy.targets).toEqual(clean.targets.map((y, i) => y + 0.25 * xi[i]!));
  });

  it('gives rows that do not depend on size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 90 }), (n, more) => {
        const some = sampleBatch(teacher, { ...draw, size: n, noise: 1 });
        const longer = sampleBatch(teacher, { ...draw, size: n + more, noise: 1 });
        expect(longer.inputs.slice(0, n * d)).toEqual(some.inputs);
        expect(longer.targets.slice(0, n)).toEqual(some.targets);
      }),
    );
  });

  it('gives the same batch in parts, noise and all', () => {
    const noisy = { ...draw, noise: 0.5 };
    const whole = sampleBatch(teacher, noisy);
    for (const [firstRow, size] of [
      [0, 64],
      [64, 36],
      [17, 70],
      [99, 1],
    ] as const) {
      const part = sampleBatch(teacher, { ...noisy, size }, firstRow);
      expect(part.size).toBe(size);
      expect(part.inputs).toEqual(whole.inputs.slice(firstRow * d, (firstRow + size) * d));
      expect(part.targets).toEqual(whole.targets.slice(firstRow, firstRow + size));
    }
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses noise %d', (noise) => {
    const call = () => sampleBatch(teacher, { ...draw, noise });
    expect(call).toThrow(ValueError);
    expect(call).toThrow(/^noise: /);
  });
});

describe('createDataset', () => {
  it('gives step 0 of its stream', () => {
    const dataset = createDataset(teacher, { seed: 9, size: 30, noise: 0.1 });
    const same = { seed: 9, stream: 'dataset', step: 0, size: 30, noise: 0.1 };
    expect(dataset).toEqual(sampleBatch(teacher, same));
    const other = createDataset(teacher, { seed: 9, size: 30, stream: 'validation' });
    expect(other.inputs).not.toEqual(dataset.inputs);
  });
});

describe('batchOf', () => {
  /** A data set whose row i is (i, i + ½) with target −i. */
  const numbered = (size: number): Points => ({
    inputs: Float64Array.from({ length: 2 * size }, (_, j) => Math.floor(j / 2) + (j % 2) / 2),
    targets: Float64Array.from({ length: size }, (_, i) => -i),
    size,
  });

  it('keeps points and targets together', () => {
    const { inputs, targets, size } = batchOf(numbered(50), { seed: 1, batchSize: 20, step: 7 });
    expect(size).toBe(20);
    targets.forEach((y, i) => {
      expect([inputs[2 * i], inputs[2 * i + 1]]).toEqual([-y, -y + 0.5]);
    });
  });

  it('uses every point once an epoch, in another order each time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.maxSafeNat(),
        (a, b, seed) => {
          const [batchSize, size] = [Math.min(a, b), Math.max(a, b)];
          const dataset = numbered(size);
          const epochs = 3;
          const used: number[] = [];
          for (let step = 0; used.length < epochs * size; step++) {
            used.push(...batchOf(dataset, { seed, batchSize, step }).targets);
          }
          for (let epoch = 0; epoch < epochs; epoch++) {
            const order = used.slice(epoch * size, (epoch + 1) * size);
            expect(new Set(order).size).toBe(size);
          }
        },
      ),
    );
    const order = (step: number) => batchOf(numbered(40), { seed: 1, batchSize: 40, step }).targets;
    expect(order(1)).not.toEqual(order(0));
  });

  it('gives a batch that is a function of seed and step, whatever was asked before', () => {
    const shared = numbered(23);
    for (const seed of [1, 2, 1]) {
      for (const step of [11, 0, 3, 11]) {
        const options = { seed, batchSize: 7, step };
        expect(batchOf(shared, options)).toEqual(batchOf(numbered(23), options));
      }
    }
    const first = batchOf(shared, { seed: 1, batchSize: 23, step: 0 });
    expect(batchOf(shared, { seed: 2, batchSize: 23, step: 0 })).not.toEqual(first);
    expect(batchOf(shared, { seed: 1, batchSize: 23, step: 1 })).not.toEqual(first);
  });

  it('takes float32 data sets', () => {
    const { inputs, targets, size } = numbered(9);
    const dataset: Points = {
      inputs: Float32Array.from(inputs),
      targets: Float32Array.from(targets),
      size,
    };
    const options = { seed: 1, batchSize: 4, step: 1 };
    expect(batchOf(dataset, options)).toEqual(batchOf(numbered(9), options));
  });

  it('gives copies, which may be written to', () => {
    const dataset = numbered(9);
    batchOf(dataset, { seed: 1, batchSize: 9, step: 0 }).inputs.fill(7);
    expect(dataset).toEqual(numbered(9));
  });

  it('refuses batches larger than the data set, bad steps, seeds and shapes', () => {
    const dataset = numbered(5);
    const options = { seed: 1, batchSize: 2, step: 0 };
    expect(() => batchOf(dataset, { ...options, batchSize: 6 })).toThrow(/^batchSize: /);
    expect(() => batchOf(dataset, { ...options, batchSize: 0 })).toThrow(ValueError);
    expect(() => batchOf(dataset, { ...options, step: -1 })).toThrow(/^step: /);
    expect(() => batchOf(dataset, { ...options, seed: 0.5 })).toThrow(/^seed: /);
    expect(() => batchOf({ ...dataset, size: 4 }, options)).toThrow(ShapeError);
    expect(() => batchOf({ ...dataset, targets: new Float64Array(4) }, options)).toThrow(
      ShapeError,
    );
  });
});
