import { forward, type MoE, type NDArray, ndarray } from '@softmoe/model';
import { row, rowProducts } from '@softmoe/model/linalg';

/** A direction through the teacher on which functions are drawn. */
export interface PlaneAxis {
  readonly kind: 'expert' | 'router';
  /** Number of the teacher expert, from 0. */
  readonly teacher: number;
}

/** Teacher and student on a plane: `size`² values each, row by row from the top, on [−extent, extent]². */
export interface Plane {
  readonly axes: readonly [PlaneAxis, PlaneAxis];
  readonly size: number;
  readonly extent: number;
  readonly teacher: Float64Array | Float32Array;
  readonly student: Float64Array | Float32Array;
}

const SIZE = 49;
const EXTENT = 3;

/** Two axes closer to parallel than this span no plane. */
const PARALLEL = 1e-6;

/**
 * Both functions on the plane through two of the teacher's directions, the second made orthogonal to the first; undefined
 * where the teacher has no such directions, or they are parallel.
 */
export function planeOf(student: MoE, teacher: MoE, axes: Plane['axes']): Plane | undefined {
  const basis = basisOf(teacher, axes);
  if (!basis) return undefined;
  return {
    axes,
    size: SIZE,
    extent: EXTENT,
    teacher: evaluate(teacher, basis),
    student: evaluate(student, basis),
  };
}

/** A model sees a point of the plane through the projections of its rows only. */
function evaluate(model: MoE, basis: NDArray): Float64Array {
  const { router, expert } = model.params;
  const flat: MoE = {
    spec: { ...model.spec, inputDim: 2 },
    params: {
      ...model.params,
      router: rowProducts(router, basis),
      expert: rowProducts(expert, basis),
    },
  };
  return forward(flat, gridPoints(), SIZE * SIZE);
}

function gridPoints(): Float64Array {
  const points = new Float64Array(2 * SIZE * SIZE);
  const at = (i: number) => EXTENT * ((2 * i) / (SIZE - 1) - 1);
  for (let r = 0; r < SIZE; r++) {
    for (let c = 0; c < SIZE; c++) {
      points[2 * (r * SIZE + c)] = at(c);
      points[2 * (r * SIZE + c) + 1] = -at(r);
    }
  }
  return points;
}

function basisOf(teacher: MoE, [first, second]: Plane['axes']): NDArray | undefined {
  const x = direction(teacher, first);
  const y = direction(teacher, second);
  if (!x || !y) return undefined;
  const overlap = x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const rest = y.map((value, i) => value - overlap * x[i]!);
  const norm = Math.hypot(...rest);
  if (norm < PARALLEL) return undefined;
  return ndarray([2, x.length], [...x, ...rest.map((value) => value / norm)]);
}

function direction(teacher: MoE, { kind, teacher: j }: PlaneAxis): number[] | undefined {
  const rows = teacher.params[kind];
  return rows && j < teacher.spec.experts ? [...row(rows, j)] : undefined;
}
