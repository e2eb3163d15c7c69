import { forward, lossAndGradient, type MoE } from '@softmoe/model';
import { createStudent } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { loadLeastSquaresKernels, type PassProblem } from './index.ts';

const [points, units, inputDim, size] = [16, 3, 4, 41];
const model: MoE = createStudent({
  ...{ gate: 'sigmoid', expert: { kind: 'gelu' }, experts: units, inputDim, seed: 1 },
  amplitude: 0.7,
});
const wave = (length: number, phase: number) =>
  Float64Array.from({ length }, (_, i) => 2 * Math.sin(phase + 1.3 * i * i));
const inputs = wave(size * inputDim, 1);
const targets = wave(size, 2);
const blocks = Math.ceil(size / points);

function problem(): PassProblem {
  const coordinates = new Float64Array(blocks * (inputDim + 1) * points);
  for (let s = 0; s < size; s++) {
    const start = Math.floor(s / points) * (inputDim + 1) * points + (s % points);
    for (let j = 0; j <= inputDim; j++) {
      coordinates[start + j * points] = j < inputDim ? inputs[s * inputDim + j]! : 1;
    }
  }
  const { router, expert, amplitude } = model.params;
  return {
    points,
    size,
    rows: Float64Array.of(...router.data, ...expert.data),
    amplitude: amplitude.data,
    coordinates,
    targets,
    divisor: size,
    sums: new Float64Array(2 * units * inputDim + units),
    residuals: new Float64Array(size),
    slopes: new Float64Array(blocks * 3 * units * points),
  };
}

describe('the pass over a sample', async () => {
  const kernels = await loadLeastSquaresKernels();

  it('has the residuals and the gradient of the float64 model, on top of what was there', () => {
    const given = problem();
    expect(kernels.pass(given)).toBe(true);
    forward(model, inputs, size).forEach((f, s) => {
      expect(given.residuals[s]).toBeCloseTo(f - targets[s]!, 13);
    });
    const { gradient } = lossAndGradient(model, inputs, targets, size);
    const expected = [gradient.router, gradient.expert, gradient.amplitude].flatMap(({ data }) => [
      ...data,
    ]);
    given.sums.forEach((sum, k) => {
      expect(sum).toBeCloseTo(expected[k]!, 13);
    });
    kernels.pass(given);
    given.sums.forEach((sum, k) => {
      expect(sum).toBeCloseTo(2 * expected[k]!, 13);
    });
  });

  it('leaves logits that are far, or no numbers, to others', () => {
    for (const wrong of [1e5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const given = problem();
      given.coordinates[3] = wrong;
      expect(kernels.pass(given)).toBe(false);
    }
  });

  it('refuses what does not fit together', () => {
    const given = problem();
    const longer = ({ length }: ArrayLike<number>) => new Float64Array(length + 1);
    const wrong: [Partial<PassProblem>, string][] = [
      [{ points: 12 }, 'points'],
      [{ size: 0 }, 'size'],
      [{ amplitude: new Float64Array() }, 'amplitude.length'],
      [{ rows: longer(given.rows) }, 'rows.length / 2m'],
      ...(['coordinates', 'targets', 'sums', 'residuals', 'slopes'] as const).map(
        (field): [Partial<PassProblem>, string] => [{ [field]: longer(given[field]) }, field],
      ),
    ];
    for (const [change, field] of wrong) {
      expect(() => kernels.pass({ ...given, ...change })).toThrow(
        expect.objectContaining({ name: 'KernelsValueError', field }),
      );
    }
  });
});
