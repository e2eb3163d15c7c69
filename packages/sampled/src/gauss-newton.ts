import type { GaussNewtonProblem } from '@softmoe/kernels/least-squares';
import type { MoE, MoESpec, NDArray, Points } from '@softmoe/model';
import {
  axpy,
  parameterLayout,
  type Steps,
  tangentDim,
  tangentReflections,
} from '@softmoe/model/linalg';
import type { Kernels } from './plain-kernels.ts';
import { BLOCK, type SlopeGroup } from './slopes.ts';

/** What gives the Gauss–Newton matrices of models on a sample. Its steps yield the number of points done. */
export type GaussNewton = (
  model: MoE,
  groups: Iterable<SlopeGroup>,
  kernels: Kernels,
) => Steps<NDArray>;

/**
 * The Gauss–Newton matrix of docs/theory.md (32) on a fixed sample, as the pair sums of (70): of products in float32, summed in float64
 * over blocks of points. The function returned takes a model and its slopes at all points, and gives the matrix in tangent
 * coordinates of that model, [tangentDim, tangentDim]. `points` are those of {@link coordinateBlocks}.
 */
export function gaussNewtonOn({ inputs, size }: Points, points: Float64Array): GaussNewton {
  const wide = inputs.length / size + 1;
  let plan: Plan | undefined;
  return function* (model, groups, kernels) {
    if (plan?.key !== layoutKey(model.spec)) plan = planOf(model.spec);
    const n = tangentDim(model.spec);
    let data: Float64Array | undefined;
    for (const { first, blocks, slopes } of groups) {
      const from = first * wide * BLOCK;
      const part = kernels.gaussNewton({
        ...plan,
        points: BLOCK,
        slopes,
        rows: 2 * model.spec.experts,
        coordinates: points.subarray(from, from + blocks * wide * BLOCK),
        wide,
        reflections: reflectionsOf(model, wide),
        dimension: n,
        mean: 1 / size,
      });
      if (data) axpy(1, part, data);
      else data = part;
      yield Math.min(size, (first + blocks) * BLOCK);
    }
    return { shape: [n, n], data: data ?? new Float64Array(n * n) };
  };
}

/** The coordinates of all points and a coordinate 1, [blocks, d + 1, BLOCK], zero where there is no point. */
export function coordinateBlocks({ inputs, size }: Points): Float64Array {
  const d = inputs.length / size;
  const vectors = new Float64Array(Math.ceil(size / BLOCK) * (d + 1) * BLOCK);
  for (let s = 0; s < size; s++) {
    const start = Math.floor(s / BLOCK) * (d + 1) * BLOCK + (s % BLOCK);
    for (let j = 0; j < d; j++) vectors[start + j * BLOCK] = inputs[s * d + j]!;
    vectors[start + d * BLOCK] = 1;
  }
  return vectors;
}

/** The reflections that tangent coordinates of rows are made by, [2m, wide]. */
function reflectionsOf(model: MoE, wide: number): Float64Array {
  const reflections = new Float64Array(2 * model.spec.experts * wide);
  for (const [b, u] of tangentReflections(model).entries()) if (u) reflections.set(u, b * wide);
  return reflections;
}

/** How derivatives are made of slopes: what is the same for all models of one size. */
interface Plan extends Pick<GaussNewtonProblem, 'paired' | 'byRows' | 'byAmplitudes' | 'places'> {
  readonly key: string;
}

/**
 * A row's derivatives are its slope times the coordinates of the point, and a bias has the slope of its router times 1: their products
 * are those of two slopes and of two coordinates, the same for either order of the slopes. An amplitude's derivative is a unit
 * output times 1, which spares most coordinates.
 */
function planOf(spec: MoESpec): Plan {
  const { experts: m, inputDim: d } = spec;
  const { router, expert, routerBias } = parameterLayout(spec);
  const wide = d + 1;
  const places = new Int32Array(3 * m * wide).fill(-1);
  let next = 0;
  for (const [half, { manifold }] of [router, expert].entries()) {
    for (let i = 0; i < m; i++) {
      for (let j = manifold === 'sphere' ? 1 : 0; j < d; j++) {
        places[(half * m + i) * wide + j] = next++;
      }
    }
  }
  for (let i = 0; i < m; i++) places[(2 * m + i) * wide + d] = next++;
  for (let i = 0; routerBias && i < m; i++) places[i * wide + d] = next++;
  const paired = routerBias ? wide : d;
  return {
    key: layoutKey(spec),
    places,
    paired,
    byRows: {
      slopes: pairs(range(0, 2 * m), (b) => range(b, 2 * m)),
      coordinates: pairs(range(0, paired), (j) => range(j, paired)),
    },
    byAmplitudes: {
      slopes: pairs(range(2 * m, 3 * m), (u) => range(0, u + 1)),
      coordinates: pairs([d], () => range(0, wide)),
    },
  };
}

/** What a plan depends on. */
function layoutKey(spec: MoESpec): string {
  const layout = Object.values(parameterLayout(spec));
  return layout.map(({ name, shape, manifold }) => `${name} ${shape} ${manifold}`).join();
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** Each of some numbers with those that it goes with. */
function pairs(firsts: readonly number[], partners: (first: number) => number[]): Int32Array {
  return Int32Array.from(
    firsts.flatMap((first) => partners(first).flatMap((second) => [first, second])),
  );
}
