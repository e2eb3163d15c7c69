import { createMoE, forward, type MoE, ndarray } from '@softmoe/model';
import { createTeacher, sampleBatch } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';

const kind = {
  inputDim: 12,
  expert: { kind: 'hermite', degree: 3 },
  geometry: { kind: 'random-unit' },
} as const;
const teacher = createTeacher({ ...kind, experts: 2, gate: 'sigmoid', seed: 1 });
const other = createTeacher({ ...kind, experts: 3, gate: 'tanh', seed: 2 });

function scaled({ spec, params }: MoE, factor: number): MoE {
  const amplitude = ndarray(
    params.amplitude.shape,
    params.amplitude.data.map((a) => factor * a),
  );
  return createMoE(spec, { ...params, amplitude });
}

describe('the loss of a model against a teacher', () => {
  it('is exact where both have a closed form: of 3f against f it is 4 times the null loss', async () => {
    const found = await evaluate(scaled(teacher, 3), teacher);
    expect(found.loss / found.nullLoss).toBeCloseTo(4, 12);
    expect(found.estimate).toBeNull();
    expect(found.parameterError).toBeCloseTo(2, 14);
    expect(found.alignment.expert).toEqual([expect.closeTo(1, 14), expect.closeTo(1, 14)]);
    expect((await evaluate(teacher, teacher)).loss).toBeLessThan(1e-15);
  });

  it('of units of another gate, expert and number is what points say, within four standard errors', async () => {
    const linear = createMoE({ ...other.spec, expert: { kind: 'linear' } }, other.params);
    const flat = createMoE(
      { ...teacher.spec, expert: { kind: 'hermite', degree: 2 } },
      teacher.params,
    );
    const exact = await evaluate(linear, flat);
    expect(exact.parameterError).toBeNull();
    const size = 100_000;
    const { inputs, targets } = sampleBatch(flat, { seed: 5, stream: 'test', step: 0, size });
    const halves = forward(linear, inputs, size).map((y, i) => 0.5 * (y - (targets[i] ?? 0)) ** 2);
    const mean = halves.reduce((sum, half) => sum + half, 0) / size;
    const error = Math.sqrt(halves.reduce((sum, half) => sum + (half - mean) ** 2, 0)) / size;
    expect(Math.abs(exact.loss - mean)).toBeLessThan(4 * error);
    expect(exact.loss).toBeGreaterThan(20 * error);
  });

  it('is estimated from points where there is no closed form, with a standard error that tells how well', async () => {
    const relu = (model: MoE) =>
      createMoE({ ...model.spec, expert: { kind: 'relu' } }, model.params);
    const few = await evaluate(relu(other), relu(teacher), { samples: 20_000, seed: 3 });
    const many = await evaluate(relu(other), relu(teacher), { samples: 200_001, seed: 4 });
    const [one, ten] = [few.estimate?.standardError ?? 0, many.estimate?.standardError ?? 0];
    expect([few.estimate?.samples, many.estimate?.samples]).toEqual([20_000, 200_001]);
    expect(Math.abs(few.loss - many.loss)).toBeLessThan(4 * (one + ten));
    expect(one / ten / Math.sqrt(10)).toBeCloseTo(1, 1);
    expect(many.nullLoss).toBeGreaterThan(10 * ten);
  });

  it('of models of different inputs is refused, and so are too few samples', async () => {
    const wide = createTeacher({ ...kind, inputDim: 13, experts: 2, gate: 'sigmoid', seed: 1 });
    await expect(evaluate(wide, teacher)).rejects.toThrow(
      /inputDim: differs from that of the other model, 12 \(got 13\)/,
    );
    await expect(evaluate(teacher, teacher, { samples: 1 })).rejects.toThrow(
      /^samples: must be at least 2/,
    );
  });
});
