import { type MoE, toSpan } from '@softmoe/model';
import { expertOf } from '@softmoe/model/checks';
import { complete, toTangentMatrix } from '@softmoe/model/linalg';
import { populationCurvature } from '@softmoe/population';
import { createTeacher, type Geometry } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { spectrumOf } from '../spectrum.ts';
import { largestEigenvalueBound, leastEigenvalueBound } from './eigenvalue-bounds.ts';
import { gateEnclosure } from './gate-enclosures.ts';
import { encloseHessian } from './hessian-enclosure.ts';
import { spanFrame } from './span-frame.ts';

const cases = [
  [40, 'sigmoid', { kind: 'orthonormal' }],
  [40, 'sigmoid', { kind: 'random-unit' }],
  [40, 'sigmoid', { kind: 'correlated', overlap: 0.9 }],
  [40, 'probit', { kind: 'random-unit' }],
  [12, 'tanh', { kind: 'random-unit' }],
  [4, 'sigmoid', { kind: 'random-unit' }],
] as const;

function enclosed(teacher: MoE) {
  const eta = expertOf(teacher.spec.expert).coefficients ?? [];
  const gate = gateEnclosure(teacher.spec.gate)!;
  const frame = complete(spanFrame(teacher, teacher.spec.inputDim));
  const { data } = teacher.params.amplitude;
  return complete(encloseHessian(frame, eta, gate.moments(2 * eta.length), data));
}

describe.each(cases)('the Hessian at a teacher of d = %i, %s, %o', (inputDim, gate, geometry) => {
  const expert = { kind: 'hermite', degree: 3 } as const;
  const teacher = createTeacher({
    inputDim,
    experts: 3,
    gate,
    expert,
    geometry: geometry as Geometry,
    seed: 4,
  });
  const curvature = populationCurvature(teacher, teacher);
  const { span, complement } = enclosed(teacher);
  const local = toSpan(teacher, teacher).teacher;
  const { data } = toTangentMatrix(local, { shape: [span.size, span.size], data: span.data });

  it('is enclosed entry by entry to 1e-12, so that an entry wrong by 1e-6 shows', () => {
    expect(2 * span.entryRadius).toBeLessThan(gate === 'tanh' ? 4e-12 : 1e-12);
    const differences = data.map((x, p) => Math.abs(x - curvature.span!.hessian.data[p]!));
    const allowed = span.entryRadius + 1e-12;
    expect(Math.max(...differences)).toBeLessThan(allowed);
    const wrong = differences.map((x, p) => (p === 7 ? Math.abs(x - 1e-6) : x));
    expect(Math.max(...wrong)).toBeGreaterThan(allowed);
  });

  it('has the complement block that population finds', () => {
    expect(complement === undefined).toBe(inputDim <= 6);
    complement?.data.forEach((x, p) => {
      expect(Math.abs(x - curvature.complement.hessian.data[p]!)).toBeLessThan(1e-12);
    });
  });

  it('has eigenvalues between the proved bounds, which are close', () => {
    const { mu, lambdaMax } = spectrumOf(curvature, 'hessian');
    const blocks = complement ? [span, complement] : [span];
    const low = Math.min(...blocks.map((block) => complete(leastEigenvalueBound(block))));
    const high = Math.max(...blocks.map((block) => complete(largestEigenvalueBound(block))));
    expect(low).toBeLessThan(mu + 1e-13);
    expect(low).toBeGreaterThan(0.99 * mu);
    expect(high).toBeGreaterThan(lambdaMax - 1e-13);
    expect(high).toBeLessThan(1.01 * lambdaMax);
  });
});

it('no bound below zero is drawn from a matrix that is not definite', () => {
  const data = Float64Array.from([1, 2, 2, 1]);
  expect(complete(leastEigenvalueBound({ size: 2, data, radius: 0 }))).toBe(-Infinity);
  expect(complete(largestEigenvalueBound({ size: 2, data, radius: 0 }))).toBeGreaterThanOrEqual(3);
});
