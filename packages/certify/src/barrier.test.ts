import { type MoE, nearestImage } from '@softmoe/model';
import { population } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barrier } from './barrier.ts';

const kind = { inputDim: 6, gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } } as const;
const teacher = createTeacher({ ...kind, experts: 3, geometry: { kind: 'random-unit' }, seed: 0 });
const { objective, gram } = population(teacher);
const student = (seed: number) => createStudent({ ...kind, experts: 3, amplitude: 0.5, seed });

/** An image of `model` under its symmetries: units in another order, the first one with its expert and amplitude negated. */
function imageOf({ spec, params }: MoE, order: readonly number[]): MoE {
  const taken = (name: 'router' | 'expert' | 'amplitude', signs = false) => {
    const { shape, data } = params[name];
    const columns = data.length / spec.experts;
    const rows = order.map((j, i) =>
      data.subarray(j * columns, (j + 1) * columns).map((x) => (signs && i === 0 ? -x : x)),
    );
    return { shape, data: Float64Array.from(rows.flatMap((row) => [...row])) };
  };
  const router = taken('router');
  return {
    spec,
    params: { router, expert: taken('expert', true), amplitude: taken('amplitude', true) },
  };
}

describe('the barrier between two models', () => {
  it('is none between images of one model up to symmetry, and one where they are taken as they are', async () => {
    const orders = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    const run = async (order: number[], seed: number) => {
      const from = student(seed);
      const to = imageOf(from, order);
      expect(nearestImage(to, from).error).toBe(0);
      const aligned = await barrier(from, to, objective, { points: 9 });
      expect(aligned.height).toBeLessThan(1e-14);
      expect(new Set(aligned.losses.map((loss) => loss.toFixed(12))).size).toBe(1);
    };
    await fc.assert(fc.asyncProperty(orders, fc.nat(50), run), { numRuns: 25 });
    const turned = imageOf(teacher, [1, 2, 0]);
    const straight = await barrier(teacher, turned, objective, { aligned: false });
    expect(straight.height).toBeGreaterThan(0.1 * (await gram(teacher)).target);
    expect(
      Math.abs((straight.losses.at(-1) ?? Number.NaN) - (straight.losses[0] ?? Number.NaN)),
    ).toBeLessThan(1e-14);
  });

  it('is that of the losses at models whose rows are normalised on the way', async () => {
    const [from, to] = [student(1), student(2)];
    const found = await barrier(from, to, objective, { aligned: false, points: 5 });
    const data = (name: 'router' | 'expert' | 'amplitude', t: number) =>
      from.params[name].data.map(
        (x, i) => (1 - t) * x + t * (to.params[name].data[i] ?? Number.NaN),
      );
    const onSphere = (values: Float64Array) =>
      values.map((x, i) => {
        const start = i - (i % kind.inputDim);
        return x / Math.hypot(...values.subarray(start, start + kind.inputDim));
      });
    const rises: number[] = [];
    for (const [i, loss] of found.losses.entries()) {
      const t = i / 4;
      const { router, expert, amplitude } = from.params;
      const params = {
        router: { ...router, data: onSphere(data('router', t)) },
        expert: { ...expert, data: onSphere(data('expert', t)) },
        amplitude: { ...amplitude, data: data('amplitude', t) },
      };
      expect(loss).toBeCloseTo((await objective.evaluate({ ...from, params }, 0)).loss, 13);
      const ends = (1 - t) * (found.losses[0] ?? Number.NaN) + t * (found.losses[4] ?? Number.NaN);
      rises.push(loss - ends);
    }
    expect(found.height).toBeCloseTo(Math.max(0, ...rises), 15);
    expect(rises[4 * found.at]).toBe(Math.max(...rises));
  });

  it('is none where only amplitudes differ: the loss is convex in them', async () => {
    const from = student(3);
    const amplitude = { shape: [3], data: Float64Array.of(2, -1, 0.3) };
    const to = { ...from, params: { ...from.params, amplitude } };
    const { height, losses } = await barrier(from, to, objective, { aligned: false });
    expect(height).toBe(0);
    expect(losses).toHaveLength(33);
  });

  it('is refused between models of other sizes and kinds, and through rows that are opposite', async () => {
    const from = student(1);
    const fewer = createStudent({ ...kind, experts: 2, amplitude: 0.5, seed: 0 });
    await expect(barrier(from, fewer, objective)).rejects.toThrow(
      /to\.spec\.experts: must be that of the other model, 3 \(got 2\)/,
    );
    const tanh = { ...from, spec: { ...from.spec, gate: 'tanh' } } as MoE;
    await expect(barrier(from, tanh, objective)).rejects.toThrow(
      /to\.spec: must have the other model's gate, expert and routing/,
    );
    const opposite = imageOf(from, [0, 1, 2]);
    await expect(barrier(from, opposite, objective, { aligned: false })).rejects.toThrow(
      /params\.expert/,
    );
    await expect(barrier(from, from, objective, { points: 2 })).rejects.toThrow(/points/);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(barrier(from, from, objective, { signal })).rejects.toThrow('enough');
  });
});
