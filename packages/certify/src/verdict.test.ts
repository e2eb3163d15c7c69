import { createMoE, type MoE, ndarray, type Params } from '@softmoe/model';
import { gradientScale, mapParams, scaleParams, takeRows } from '@softmoe/model/linalg';
import { population } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import {
  geometries,
  perturbed,
  spanScene,
  teacherOf,
  unitsOf,
} from '../../finetune/fixtures/scenes.ts';
import { settle } from '../fixtures/settle.ts';
import { certify } from './certificate.ts';
import { judge } from './verdict.ts';

/** Amplitudes 1 and 1/spread, in 16 dimensions. */
const spreadTeacher = (spread: number, kind = 0) =>
  withAmplitudes(teacherOf(16, 2, geometries[kind]!, 3), [1, 1 / spread]);

function withAmplitudes({ spec, params }: MoE, amplitudes: readonly number[]): MoE {
  return createMoE(spec, { ...params, amplitude: ndarray([spec.experts], amplitudes) });
}

/** `model` with the rows of unit `unit` replaced by those of unit 0 of `other`. */
function withRowsOf(model: MoE, unit: number, other: MoE): MoE {
  const params = mapParams(model.params, (array, name) => {
    if (name === 'amplitude') return array;
    const data = array.data.slice();
    data.set(takeRows(other.params[name]!, [0]).data, (unit * data.length) / model.spec.experts);
    return { shape: array.shape, data };
  });
  return createMoE(model.spec, params);
}

const certificateAt = (model: MoE, target: MoE) => certify(model, population(target), { target });

describe('a weak unit of the teacher', () => {
  it.each([1, 1e3, 1e6, 1e7, 1e9])(
    'is certified where it is recovered, at 1/%d',
    async (spread) => {
      for (const kind of [0, 1, 2]) {
        const teacher = spreadTeacher(spread, kind);
        const certificate = await certificateAt(teacher, teacher);
        expect(certificate.verdict).toBe('certified');
        // What the curvature is does not depend on how weak the unit is.
        const { units } = await certificateAt(...twice(spreadTeacher(1, kind)));
        expect(certificate.units!.mu / units!.mu).toBeCloseTo(1, 5);
        expect(certificate.units!.relativeError).toBe(0);
      }
    },
  );

  it('is certified without a target too, and where all units are as weak or as strong', async () => {
    const teacher = spreadTeacher(1e6);
    expect((await certify(teacher, population(teacher))).verdict).toBe('certified');
    for (const factor of [1e-6, 1e-3, 1e3, 1e6]) {
      const scaled = withAmplitudes(teacher, [factor, -factor]);
      expect((await certificateAt(scaled, scaled)).verdict).toBe('certified');
    }
  });

  it('is unresolved where float64 cannot hold it beside the largest', async () => {
    for (const spread of [1e12, 1e14, 1e17, 1e200]) {
      const teacher = spreadTeacher(spread);
      expect((await certificateAt(teacher, teacher)).verdict).toBe('unresolved');
    }
  });

  it('is judged by no scale but its own: where all squares underflow the verdict is refused', async () => {
    const teacher = withAmplitudes(spreadTeacher(1), [1e-170, 1e-170]);
    const student = unitsOf(teacher, [0], [1e-170]);
    for (const model of [student, teacher]) {
      await expect(certificateAt(model, teacher)).rejects.toThrow(/finite ½E y²/);
    }
  });

  it.each([1e2, 1e4, 1e6, 1e7])('is not certified where it is missing, at 1/%d', async (spread) => {
    const teacher = spreadTeacher(spread);
    const certificate = await certificateAt(unitsOf(teacher, [0], [1]), teacher);
    expect(certificate.verdict).toBe('nonzero-loss');
    expect(certificate.units!.share).toBeCloseTo(1 / (1 + spread ** 2), 3);
    expect(certificate.loss / certificate.units!.zeroLoss).toBeGreaterThan(2);
  });

  it('is not certified where it is missing and the loss is zero to rounding', async () => {
    for (const spread of [1e8, 1e9, 1e12, 1e200]) {
      const teacher = spreadTeacher(spread);
      const { verdict } = await certificateAt(unitsOf(teacher, [0], [1]), teacher);
      expect(verdict).toMatch(/^(nonzero-loss|unresolved)$/);
    }
  });

  it('is not certified where the student has another unit in its place, however weak', async () => {
    const other = teacherOf(16, 1, geometries[0]!, 99);
    for (let exponent = 0; exponent <= 16; exponent++) {
      const teacher = spreadTeacher(10 ** exponent);
      const wrong = withRowsOf(teacher, 1, other);
      expect((await certificateAt(wrong, teacher)).verdict).not.toBe('certified');
      const { certificate } = await settle(spanScene(wrong, teacher), {
        method: 'levenbergMarquardt',
        until: { steps: 60 },
      });
      if (certificate.verdict === 'certified') {
        expect(certificate.units!.relativeError).toBeLessThan(1e-3);
      }
    }
  });

  it('is not certified by a descent too slow to move it', async () => {
    const teacher = spreadTeacher(1e7);
    const start = perturbed(teacher, 1e-2, 2);
    const { certificate } = await settle(spanScene(withAmplitudes(start, [1, 1.01e-7]), teacher), {
      until: { steps: 3000 },
      every: 3000,
    });
    expect(certificate.loss).toBeLessThan(1e-14);
    expect(certificate.verdict).toBe('not-converged');
  });

  it('is not certified where copies of the other unit stand in its place', async () => {
    const teacher = spreadTeacher(1e7);
    const copies = withAmplitudes(withRowsOf(teacher, 1, teacher), [0.5, 0.5]);
    expect((await certificateAt(copies, teacher)).verdict).toBe('nonzero-loss');
  });
});

it('other parameters of the same function are not certified as the teacher’s', async () => {
  // g(v·x)h(w·x) − g(v′·x)h(w·x) = g(−v′·x)h(w·x) − g(−v·x)h(w·x), since g(z) = 1 − g(−z).
  const one = teacherOf(16, 2, geometries[0]!, 5);
  const expert = takeRows(one.params.expert, [0, 0]);
  const pair = (router: Params['router']) =>
    createMoE(one.spec, { router, expert, amplitude: ndarray([2], [1, -1]) });
  const teacher = pair(one.params.router);
  const mirrored = scaleParams(-1, one.params).router;
  const tie = pair(takeRows(mirrored, [1, 0]));
  const certificate = await certificateAt(tie, teacher);
  expect(Math.abs(certificate.loss)).toBeLessThan(1e-15);
  expect(certificate.gradientNorm).toBeLessThan(1e-14);
  expect(certificate.parameterError).toBeGreaterThan(0.1);
  expect(certificate.verdict).toBe('unresolved');
  expect((await certificateAt(teacher, teacher)).verdict).toBe('certified');
});

/**
 * A point and its spectrum where all amplitudes are larger by √`size`: losses scale by `size`, gradients at unit amplitudes by its
 * root, and curvatures there do not.
 */
const judged = (size: number, mu: number, gradientNorm: number) => {
  const amplitude = Math.sqrt(size);
  return judge({
    loss: 0,
    nullLoss: size,
    share: size / 3,
    amplitudes: { least: amplitude, largest: amplitude },
    gradientNorm: gradientNorm * amplitude,
    spectrum: { mu, lambdaMax: 1, error: 1e-14 },
    wanted: 3,
    units: 3,
  });
};

describe('a verdict', () => {
  it.each([1e-300, 1e-160, 1, 1e160, 1e300])(
    'is that of the same point at any scale: %d',
    (size) => {
      expect(judged(size, 0.04, 1e-17)).toBe('certified');
      expect(judged(size, 0.04, 1e-3)).toBe('not-converged');
      // A quartic valley: flat, and its curvature does not outweigh the gradient that is left.
      expect(judged(size, 1e-6, 5e-11)).toBe('degenerate');
    },
  );

  it('has a scale of gradients that neither overflows nor vanishes', () => {
    expect(gradientScale(1e200, 1e200) / Math.SQRT2 / 1e200).toBeCloseTo(1, 14);
    expect(gradientScale(1e-200, 1e-200) / Math.SQRT2 / 1e-200).toBeCloseTo(1, 14);
    expect(gradientScale(3, -1)).toBe(0);
  });
});

function twice<T>(value: T): [T, T] {
  return [value, value];
}
