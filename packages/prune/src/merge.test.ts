import {
  createMoE,
  type ExpertSpec,
  forward,
  type MoE,
  ndarray,
  ShapeError,
  ValueError,
} from '@softmoe/model';
import type { GateName } from '@softmoe/model/checks';
import { dot, row } from '@softmoe/model/linalg';
import { normals } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { axisTeacher, perturbed, randomModel, stack } from '../fixtures/synthetic.ts';
import { merge } from './index.ts';

const d = 8;
const points = normals({ seed: 1, stream: 'points', step: 0, size: 50 }, d);

/** Largest difference of the two functions over 50 points. */
function difference(a: MoE, b: MoE): number {
  const fa = forward(a, points, 50);
  const fb = forward(b, points, 50);
  return Math.max(...fa.map((y, s) => Math.abs(y - fb[s]!)));
}

/** Changes of parameters that leave the function as it is: rows times the signs. */
function mirrored(model: MoE, router: number, expert: number, amplitude: number): MoE {
  const times = (name: 'router' | 'expert' | 'amplitude', sign: number) => {
    const { shape, data } = model.params[name];
    return ndarray(
      shape,
      data.map((x) => sign * x),
    );
  };
  return createMoE(model.spec, {
    router: times('router', router),
    expert: times('expert', expert),
    amplitude: times('amplitude', amplitude),
  });
}

const withSpec = (model: MoE, gate: GateName, expert: ExpertSpec) =>
  createMoE({ ...model.spec, gate, expert }, model.params);

describe('merge', () => {
  it('keeps the function of exact copies with split amplitudes', () => {
    const model = randomModel(2, 3, d, 0.5);
    const split = stack(model, perturbed(model, 0, 1, 0.3), perturbed(model, 0, 1, -0.2));
    const merged = merge(split, [
      [0, 3, 6],
      [1, 4, 7],
      [2, 5, 8],
    ]);
    expect(merged.spec.experts).toBe(3);
    expect(difference(merged, split)).toBeLessThan(1e-13);
  });

  it.each<[GateName, ExpertSpec, number, number, number]>([
    ['sigmoid', { kind: 'hermite', degree: 3 }, 1, -1, -1],
    ['sigmoid', { kind: 'hermite', degree: 2 }, 1, -1, 1],
    ['tanh', { kind: 'hermite', degree: 1 }, -1, 1, -1],
    ['tanh', { kind: 'hermite', degree: 3 }, -1, -1, 1],
    ['tanh', { kind: 'hermite', degree: 4 }, -1, -1, -1],
    ['sigmoid', { kind: 'tanh' }, 1, -1, -1],
    ['tanh', { kind: 'linear' }, -1, -1, 1],
    ['tanh', { kind: 'relu' }, -1, 1, -1],
  ])('knows the symmetries of %s gates and %o', (gate, expert, router, sign, amplitude) => {
    const model = withSpec(randomModel(3, 2, d, 0.5), gate, expert);
    const copies = stack(model, mirrored(model, router, sign, amplitude));
    const merged = merge(copies, [
      [0, 2],
      [1, 3],
    ]);
    expect(difference(merged, copies)).toBeLessThan(1e-13);
    expect(merged.params.amplitude.data[0]).toBeCloseTo(1, 15);
  });

  it('does not mirror what has no symmetry', () => {
    const expert = { kind: 'series', coefficients: [0, 1, 1] } as const;
    const model = withSpec(randomModel(3, 1, d, 0.5), 'sigmoid', expert);
    const merged = merge(stack(model, mirrored(model, 1, -1, 1)), [[0, 1]]);
    expect(merged.params.expert.data).toEqual(model.params.expert.data);
  });

  it('changes the function to second order in the distance of near duplicates', () => {
    const model = randomModel(4, 2, d, 0.5);
    const at = (distance: number) => {
      const copies = stack(
        model,
        perturbed(model, distance, 9, 0.6),
        perturbed(model, distance, 8, -0.3),
      );
      return difference(
        merge(copies, [
          [0, 2, 4],
          [1, 3, 5],
        ]),
        copies,
      );
    };
    expect(at(1e-3)).toBeLessThan(1e-4);
    expect(Math.log2(at(2e-3) / at(1e-3))).toBeCloseTo(2, 1);
  });

  it('keeps the bits of a unit alone, leaves out the rest, and gives unit rows', () => {
    const model = randomModel(5, 4, d, 0.5);
    const merged = merge(model, [[2], [0, 1]]);
    expect(row(merged.params.router, 0)).toEqual(row(model.params.router, 2));
    expect(row(merged.params.expert, 0)).toEqual(row(model.params.expert, 2));
    const w = row(merged.params.expert, 1);
    expect(dot(w, w)).toBeCloseTo(1, 14);
  });

  it.each([
    [1, -1],
    [0, 0],
    [1, -0.9],
  ])('keeps the first directions where amplitudes %d and %d leave no mean', (first, second) => {
    const { spec, params } = axisTeacher(2, d);
    const amplitude = ndarray([2], [second, first]);
    const merged = merge(createMoE(spec, { ...params, amplitude }), [[1, 0]]);
    expect(merged.params.router.data).toEqual(row(params.router, 1));
    expect(merged.params.expert.data).toEqual(row(params.expert, 1));
    expect(merged.params.amplitude.data[0]).toBe(first + second);
  });

  it('refuses groups that are empty or name no unit', () => {
    const model = randomModel(6, 2, d, 0.5);
    expect(() => merge(model, [])).toThrow(ShapeError);
    expect(() => merge(model, [[0], []])).toThrow(ShapeError);
    expect(() => merge(model, [[0, 2]])).toThrow(ValueError);
  });
});
