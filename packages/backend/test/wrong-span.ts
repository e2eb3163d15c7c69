import type { NDArray } from '@softmoe/model';
import { normals, sampleBatch } from '@softmoe/teacher';
import { type Backend, createReferenceBackend, type Draws, spanStep } from '../src/index.ts';
import { type Wrong, wrong } from './wrong.ts';

const reference = createReferenceBackend();

/** A fused step made of other draws. */
const drawing = (change: Partial<Draws>, rules: RegExp): Wrong =>
  wrong(
    {
      spanStep: async (model, teacher, draw) =>
        spanStep(reference, model, teacher, draw, { batch: sampleBatch, normals, ...change }),
    },
    rules,
  );

/** A backend of other moments. */
const moments = (change: (entry: number, i: number, j: number) => number, rules: RegExp): Wrong =>
  wrong(
    {
      async lossAndMoments(model, batch) {
        const found = await reference.lossAndMoments!(model, batch);
        const { shape, data }: NDArray = found.moments;
        const [n = 1] = shape;
        const changed = data.map((x, k) => change(x, Math.floor(k / n), k % n));
        return { ...found, moments: { shape, data: changed } };
      },
    } satisfies Partial<Backend>,
    rules,
  );

/** Backends whose step in the span is not that of the reference. */
export const wrongSpan: Readonly<Record<string, Wrong>> = {
  'leaves out what is outside the span': drawing(
    { normals: (draw, columns) => new Float64Array(draw.size * columns) },
    /spanStep: any (size|number of units)/,
  ),
  'draws outside from the stream of the inside': drawing(
    {
      normals: (draw, columns) =>
        normals({ ...draw, stream: draw.stream.replace('outside', 'inside') }, columns),
    },
    /spanStep: any (size|seed)/,
  ),
  'draws the same inside each step': drawing(
    { batch: (teacher, draw) => sampleBatch(teacher, { ...draw, step: 0 }) },
    /spanStep: any seed/,
  ),
  'forgets the noise of the labels in the span': drawing(
    { batch: (teacher, draw) => sampleBatch(teacher, { ...draw, noise: 0 }) },
    /spanStep: (label noise|a student)/,
  ),
  'takes units for independent outside the span': moments(
    (x, i, j) => (i === j ? x : 0),
    /spanStep: (any size|moments|softmax)/,
  ),
  'sums moments without the weights of the mean': moments(
    (x) => 70 * x,
    /spanStep: (any number of units|moments)/,
  ),
};
