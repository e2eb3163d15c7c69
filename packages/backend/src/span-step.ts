import { type Draw, type MoE, type NDArray, type Points, UnsupportedError } from '@softmoe/model';
import { requireSameInputs, requireStream } from '@softmoe/model/checks';
import {
  dotAt,
  row,
  semidefiniteFactor,
  type TurnedRows,
  turnRows,
  zeros,
} from '@softmoe/model/linalg';
import type { Backend, LossAndGradient } from './backend.ts';

/** Where the random numbers of a step come from: `sampleBatch` and `normals` of `@softmoe/teacher`. */
export interface Draws {
  /** The labelled batch of a draw. */
  batch(teacher: MoE, draw: Draw): Points;
  /** The standard normals of a draw, [size, columns]. */
  normals(draw: Draw, columns: number): Float64Array;
}

/** Remainders at most this share of their diagonal entry are rounding of the backend's arithmetic. */
const CUT = { float64: 2 ** -40, float32: 2 ** -18 } as const;

/**
 * Loss and Euclidean gradient of a step of SGD on `draw.size` fresh inputs, equal in law and drawn in the span of student
 * and teacher, docs/theory.md (50)–(54): the backend differentiates at r ≤ 2(m + k) coordinates a point, and the part of the
 * gradient outside them is drawn by its moments. Z is of the stream `<stream>/inside`, N of `<stream>/outside`. This is
 * what {@link Backend.spanStep} computes. Rejects with a typed error for models of different inputs, and for a backend
 * without `lossAndMoments`.
 */
export async function spanStep(
  backend: Backend,
  model: MoE,
  teacher: MoE,
  draw: Draw,
  { batch, normals }: Draws,
): Promise<LossAndGradient> {
  if (!backend.lossAndMoments) throw cannot(backend);
  requireSameInputs('model', model, teacher);
  requireStream('stream', draw.stream);
  const { experts: m, inputDim: d } = model.spec;
  const turned = turnRows(stack([model, teacher]));
  const [, r = 0] = turned.rows.shape;
  const inside = { ...draw, stream: `${draw.stream}/inside` };
  const points = batch(inFirst(teacher, turned, 2 * m), inside);
  const found = await backend.lossAndMoments(inFirst(model, turned, 0), points);
  const rows = zeros([2 * m, d]);
  const { router, expert } = found.gradient;
  for (let i = 0; i < m; i++) {
    row(rows, i).set(row(router, i));
    row(rows, m + i).set(row(expert, i));
  }
  if (d > r) {
    const outside = { ...draw, stream: `${draw.stream}/outside`, size: d - r };
    const factor = semidefiniteFactor(found.moments, CUT[backend.info.precision]);
    addOutside(rows, r, factor, normals(outside, 2 * m));
  }
  turned.turnBack(rows);
  const half = (start: number): NDArray => ({
    shape: [m, d],
    data: rows.data.slice(start * d, (start + m) * d),
  });
  return { loss: found.loss, gradient: { ...found.gradient, router: half(0), expert: half(m) } };
}

/** Rows V, W of each model, [2 Σ m, d]. */
function stack(models: readonly MoE[]): NDArray {
  const arrays = models.flatMap(({ params }) => [params.router, params.expert]);
  const data = new Float64Array(arrays.reduce((sum, array) => sum + array.data.length, 0));
  let start = 0;
  for (const array of arrays) {
    data.set(array.data, start);
    start += array.data.length;
  }
  const d = models[0]?.spec.inputDim ?? 1;
  return { shape: [data.length / d, d], data };
}

/** The model in the first r turned coordinates, its rows from `start` on. */
function inFirst({ spec, params }: MoE, { rows }: TurnedRows, start: number): MoE {
  const [, r = 0] = rows.shape;
  const m = spec.experts;
  const part = (first: number): NDArray => ({
    shape: [m, r],
    data: rows.data.slice(first * r, (first + m) * r),
  });
  const { frame: _, ...own } = spec;
  return {
    spec: { ...own, inputDim: r },
    params: { ...params, router: part(start), expert: part(start + m) },
  };
}

/** Writes F N to the coordinates from `r` on, for N transposed, [d − r, 2m]. */
function addOutside(rows: NDArray, r: number, factor: NDArray, normals: Float64Array): void {
  const [units = 0, d = 0] = rows.shape;
  for (let i = 0; i < units; i++) {
    for (let c = r; c < d; c++) {
      const at = (c - r) * units;
      rows.data[i * d + c] = dotAt(factor.data, i * units, normals, at, units);
    }
  }
}

function cannot({ info }: Backend): UnsupportedError {
  return new UnsupportedError('cannot sample in the span', {
    field: 'backend',
    value: info.name,
    remedy: "Use a backend with spanStep or lossAndMoments, or sampling 'inputs'.",
  });
}
