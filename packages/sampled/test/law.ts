import { type Backend, createReferenceBackend } from '@softmoe/backend';
import type { MoE } from '@softmoe/model';
import { at, axpy, dot, identity, row, turnRows } from '@softmoe/model/linalg';
import { type FreshBatchesOptions, freshBatches, type Sampling } from '../src/source.ts';

/** Ways of drawing a batch: the two that are there, and two that lack a part of the law. */
export type Way = Sampling | 'span alone' | 'span, rows independent';

const reference = createReferenceBackend();

/** What a way of drawing gives the gradient outside the span by. */
const outsideOf: Readonly<Record<Way, (entry: number, i: number, j: number) => number>> = {
  inputs: (x) => x,
  span: (x) => x,
  'span alone': () => 0,
  'span, rows independent': (x, i, j) => (i === j ? x : 0),
};

/** The source and backend of a way of drawing. */
export function drawing(way: Way, teacher: MoE, options: FreshBatchesOptions) {
  const backend: Backend = {
    ...reference,
    async lossAndMoments(model, batch) {
      const found = await reference.lossAndMoments!(model, batch);
      const { shape, data } = found.moments;
      const [n = 1] = shape;
      const changed = data.map((x, k) => outsideOf[way](x, Math.floor(k / n), k % n));
      return { ...found, moments: { shape, data: changed } };
    },
  };
  const sampling = way === 'inputs' ? 'inputs' : 'span';
  return { backend, source: freshBatches(teacher, { ...options, sampling }) };
}

/** The numbers of loss and gradient at each of `draws` steps, [draws][numbers]: rows in the coordinates of the turn into the span. */
export async function stepsOf(
  way: Way,
  student: MoE,
  teacher: MoE,
  options: FreshBatchesOptions,
  draws: number,
): Promise<Float64Array[]> {
  const { backend, source } = drawing(way, teacher, options);
  const axes = axesOf(student, teacher);
  const steps: Float64Array[] = [];
  for (let step = 0; step < draws; step++) {
    const { loss, gradient } = await source.batch(backend, student, step);
    const rows = [gradient.router, gradient.expert].flatMap((array) =>
      Array.from({ length: student.spec.experts }, (_, i) => row(array, i)),
    );
    const turned = rows.flatMap((x) => axes.map((axis) => dot(x, axis)));
    const scalars = [...gradient.amplitude.data, ...(gradient.routerBias?.data ?? [])];
    steps.push(Float64Array.from([...turned, ...scalars, loss]));
  }
  return steps;
}

/** The axes of the turned coordinates, in those of the inputs. */
function axesOf(student: MoE, teacher: MoE): Float64Array[] {
  const d = student.spec.inputDim;
  const arrays = [student, teacher].flatMap(({ params }) => [params.router, params.expert]);
  const data = Float64Array.from(arrays.flatMap((array) => [...array.data]));
  const axes = identity(d);
  turnRows({ shape: [data.length / d, d], data }).turnBack(axes);
  return Array.from({ length: d }, (_, c) => row(axes, c));
}

/** The largest difference of two samples in their means, and in their covariances, in standard errors. */
export interface Differences {
  readonly means: number;
  readonly covariances: number;
}

/** Differences over all numbers and pairs of numbers; a covariance is about the mean of both samples. */
export function differencesOf(a: Float64Array[], b: Float64Array[]): Differences {
  const centre = new Float64Array(a[0]?.length ?? 0);
  for (const step of [...a, ...b]) axpy(1 / (a.length + b.length), step, centre);
  const [first, second] = [momentsOf(a, centre), momentsOf(b, centre)];
  const most = (name: 'means' | 'products') =>
    first[name].reduce((largest, { mean, error }, i) => {
      const other = second[name][i] ?? { mean: NaN, error: NaN };
      const score = Math.abs(mean - other.mean) / Math.hypot(error, other.error);
      return mean === other.mean ? largest : Math.max(largest, score);
    }, 0);
  return { means: most('means'), covariances: most('products') };
}

/** Means of the numbers about a centre, and of the products of two of them, with their standard errors. */
function momentsOf(steps: Float64Array[], centre: Float64Array) {
  const columns = Array.from(centre, (mean, i) =>
    Float64Array.from(steps, (step) => at(step, i) - mean),
  );
  const means = columns.map((x) => estimate(dot(x, ones(x)), dot(x, x), x.length));
  const products = columns.flatMap((x, i) =>
    columns.slice(0, i + 1).map((y) => {
      const both = x.map((value, s) => value * at(y, s));
      return estimate(dot(x, y), dot(both, both), x.length);
    }),
  );
  return { means, products };
}

function ones({ length }: Float64Array): Float64Array {
  return new Float64Array(length).fill(1);
}

/** The mean of `count` numbers with its standard error, from their sum and that of their squares. */
function estimate(sum: number, squares: number, count: number) {
  const mean = sum / count;
  return { mean, error: Math.sqrt(Math.max(0, squares / count - mean * mean) / count) };
}

/** √(nm/(n + m)) times the Kolmogorov–Smirnov distance of two samples: above 1.95 in one of 1000 pairs of one law. */
export function distanceInLaw(a: readonly number[], b: readonly number[]): number {
  const share = (values: readonly number[], bound: number) =>
    values.filter((x) => x <= bound).length / values.length;
  const distance = Math.max(...[...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x))));
  return Math.sqrt((a.length * b.length) / (a.length + b.length)) * distance;
}
