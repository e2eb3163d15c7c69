import { createReferenceBackend } from '@softmoe/backend';
import { spectrumOf } from '@softmoe/certify';
import type { MoE, NDArray, Params, Points } from '@softmoe/model';
import { denseCurvature, dot, mapParams, row, zeros } from '@softmoe/model/linalg';
import { populationCurvature } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import { perturbed, teacherOf } from '../../finetune/fixtures/scenes.ts';
import { mirroredOutside, sampleOf, softmaxTeacher, withOneMore } from '../fixtures/samples.ts';
import { differencePoints, hessianOf, tangentDirections } from '../test/differences.ts';
import { sampleCurvature } from './curvature.ts';
import { sampled } from './sampled.ts';
import { flatCoordinates, flatLogits, withoutFlat } from './translations.ts';

const independent = teacherOf(5, 2, { kind: 'random-unit' }, 3);
const softmax = softmaxTeacher(5, 2, 4);

async function differenceHessian(model: MoE, directions: Params[], points: Points) {
  const { objective } = sampled(points, createReferenceBackend());
  const gradients: Params[] = [];
  for (const point of differencePoints(model, directions)) {
    gradients.push((await objective.evaluate(point, 0)).gradient);
  }
  return hessianOf(directions, gradients);
}

function largestDifference(a: NDArray, b: NDArray): number {
  expect(a.shape).toEqual(b.shape);
  return a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i]!)), 0);
}

/** In the Frobenius norm, which is at least the spectral one. */
function distance(a: NDArray, b: NDArray): number {
  return Math.hypot(...a.data.map((x, i) => x - b.data[i]!));
}

describe.each([
  ['independent', independent],
  ['softmax', softmax],
])('sampleCurvature, %s routing', (_, teacher) => {
  const sample = sampleOf(teacher, 200);
  const student = perturbed(teacher, 0.3, 6);

  it('is the Hessian of the loss on the sample', async () => {
    const { span, estimate, multiplicity } = sampleCurvature(sample)(student);
    const { hessian } = await differenceHessian(student, tangentDirections(student), sample);
    const expected = withoutFlat(hessian, flatCoordinates(student));
    expect(multiplicity).toBe(0);
    expect(largestDifference(span.hessian, expected)).toBeLessThan(1e-7);
    expect(largestDifference(span.hessian, span.gaussNewton)).toBeGreaterThan(1e-3);
    expect(estimate!.error).toBeLessThan(1e-4);
    expect(distance(span.hessian, expected)).toBeLessThan(estimate!.error);
  });

  it('has the complement of a coordinate that the sample holds with both signs', async () => {
    const { complement, estimate } = sampleCurvature(sample)(student);
    const wide = withOneMore(student);
    const { experts: m, inputDim } = wide.spec;
    const outside = (['router', 'expert'] as const).flatMap((name) =>
      Array.from({ length: m }, (_, i) => {
        const vector = mapParams(wide.params, ({ shape }) => zeros(shape));
        vector[name].data[(i + 1) * inputDim - 1] = 1;
        return vector;
      }),
    );
    const inside = tangentDirections(student).length;
    const { hessian } = await differenceHessian(wide, outside, mirroredOutside(sample));
    const flat = new Float64Array(2 * m).fill(1 / Math.sqrt(m), 0, m);
    const expected = withoutFlat(hessian, teacher.spec.routing === 'softmax' ? [flat] : []);
    expect(largestDifference(complement.hessian, expected)).toBeLessThan(1e-7);
    expect(distance(complement.hessian, expected)).toBeLessThan(estimate!.error);
    // Between the span and the complement nothing is left.
    const all = [...tangentDirections(student), ...outside].map((direction, j) =>
      j < inside ? withZeros(direction) : direction,
    );
    const { hessian: both } = await differenceHessian(wide, all, mirroredOutside(sample));
    const n = all.length;
    for (let i = 0; i < inside; i++) {
      for (let j = inside; j < n; j++) expect(Math.abs(both.data[i * n + j]!)).toBeLessThan(1e-9);
    }
  });

  it('is Gauss–Newton alone, without error, where the loss is zero', () => {
    const { span, complement, estimate } = sampleCurvature(sample)(teacher);
    expect(span.hessian).toEqual(span.gaussNewton);
    expect(complement.hessian).toEqual(complement.gaussNewton);
    expect(estimate!.error).toBe(0);
  });
});

describe('sampleCurvature', () => {
  it('estimates the population curvature within its standard errors', () => {
    const exact = populationCurvature(independent, independent);
    const { span, complement, estimate } = sampleCurvature(sampleOf(independent, 20_000))(
      independent,
    );
    // In the span the two are in different bases: compare a number that no basis changes.
    const trace = ({ shape, data }: NDArray) =>
      Array.from({ length: shape[0]! }, (_, i) => data[i * (shape[0]! + 1)]!).reduce(
        (a, b) => a + b,
      );
    const total =
      trace(denseCurvature(exact).hessian) + exact.multiplicity * trace(exact.complement.hessian);
    const errorOf = (block: 'span' | 'complement', size: number, i: number) => {
      const unit = new Float64Array(size);
      unit[i] = 1;
      return estimate!.standardError!(block, unit);
    };
    const n = span.hessian.shape[0]!;
    let traceError = 0;
    for (let i = 0; i < n; i++) traceError += errorOf('span', n, i);
    expect(Math.abs(trace(span.hessian) - total)).toBeLessThan(4 * traceError);
    expect(traceError).toBeLessThan(0.1 * total);
    const m = independent.spec.experts;
    for (let i = 0; i < 2 * m; i++) {
      const at = i * (2 * m + 1);
      const difference = complement.hessian.data[at]! - exact.complement.hessian.data[at]!;
      expect(Math.abs(difference)).toBeLessThan(4 * errorOf('complement', 2 * m, i));
    }
  });

  it('has standard errors that are the spread from sample to sample', () => {
    const relu = softmaxTeacher(5, 2, 4, { kind: 'relu' });
    const samples = Array.from({ length: 200 }, (_, seed) => sampleOf(relu, 200, seed));
    const found = samples.map((sample) => sampleCurvature(sample)(relu));
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    // An expert's direction, an amplitude, and an expert out of the span: none of them along a translation.
    for (const [block, i] of [
      ['span', 10],
      ['span', 19],
      ['complement', 2],
    ] as const) {
      const size = found[0]![block].gaussNewton.shape[0]!;
      const unit = new Float64Array(size);
      unit[i] = 1;
      const values = found.map((of) => of[block].gaussNewton.data[i * (size + 1)]!);
      const centre = mean(values);
      const spread = Math.sqrt(mean(values.map((x) => (x - centre) ** 2)));
      const squares = found.map(({ estimate }) => estimate!.standardError!(block, unit) ** 2);
      expect(Math.abs(Math.sqrt(mean(squares)) / spread - 1)).toBeLessThan(0.06);
    }
  });

  it.each([1e-90, 1e77, 1e100, 1e150])(
    'has standard errors that grow with the square of amplitudes, at %d too',
    (amplitude) => {
      const errorsAt = (a: number) => {
        const { spec, params } = independent;
        const data = params.amplitude.data.map(() => a);
        const model = { spec, params: { ...params, amplitude: { ...params.amplitude, data } } };
        const { estimate } = sampleCurvature(sampleOf(independent, 100))(model);
        const unit = new Float64Array(2 * spec.experts);
        unit[0] = 1;
        return estimate!.standardError!('complement', unit);
      };
      expect(errorsAt(1)).toBeGreaterThan(0);
      expect(errorsAt(amplitude) / amplitude / amplitude).toBeCloseTo(errorsAt(1), 12);
    },
  );

  it('leaves the translations of softmax routing out of the spectrum', async () => {
    const sample = sampleOf(softmax, 400);
    const directions = tangentDirections(softmax);
    const { hessian } = await differenceHessian(softmax, directions, sample);
    const raw = spectrumOf({
      ...sampleCurvature(sample)(softmax),
      span: { hessian, gaussNewton: hessian },
    });
    const flat = softmax.spec.inputDim + 1;
    const values = raw.span.pairs.map(({ value }) => value);
    for (const value of values.slice(0, flat)) expect(Math.abs(value)).toBeLessThan(1e-8);
    const { mu, lambdaMax } = spectrumOf(sampleCurvature(sample)(softmax));
    expect(mu).toBeGreaterThan(1e-3);
    expect(mu / values[flat]!).toBeCloseTo(1, 6);
    expect(lambdaMax / values.at(-1)!).toBeCloseTo(1, 6);
    // They are given the mean of the others, in the complement too.
    const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b) / numbers.length;
    const curvature = sampleCurvature(sample)(softmax);
    const { span, complement } = spectrumOf(curvature, 'hessian', { hidden: 1 });
    const others = mean(values.slice(flat));
    expect(mean(span.pairs.map(({ value }) => value)) / others).toBeCloseTo(1, 6);
    const logits = flatLogits(softmax.spec)[0]!;
    const image = logits.map((_, i) => dot(row(curvature.complement.hessian, i), logits));
    const trace = complement!.pairs.reduce((sum, { value }) => sum + value, 0);
    expect(dot(image, logits) / (trace / logits.length)).toBeCloseTo(1, 12);
  });

  it('refuses what is no sample, and inputs of another dimension than the model', () => {
    const curvatureOf = (sample: unknown) => sampleCurvature(sample as never)(softmax);
    const sample = sampleOf(softmax, 8);
    expect(() => curvatureOf(undefined)).toThrow(/sample/);
    expect(() => curvatureOf({})).toThrow(/sample\.(inputs|size)/);
    expect(() => curvatureOf({ ...sample, size: 0 })).toThrow(/sample\.size/);
    expect(() => curvatureOf({ ...sample, targets: sample.inputs })).toThrow(/sample\.targets/);
    expect(() => curvatureOf({ ...sample, inputs: undefined })).toThrow(/sample\.inputs/);
    expect(() => curvatureOf(sampleOf(softmaxTeacher(4, 2, 4), 8))).toThrow(/sample\.inputs/);
  });
});

function withZeros(direction: Params): Params {
  return mapParams(direction, (array) => {
    if (array.shape.length < 2) return array;
    const [m = 0, d = 0] = array.shape;
    const wide = zeros([m, d + 1]);
    for (let i = 0; i < m; i++) wide.data.set(row(array, i), i * (d + 1));
    return wide;
  });
}
