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
  /** The largest difference of the two there. */
  readonly gap: number;
}

const SIZE = 49;
const EXTENT = 3;

/** Two axes closer to parallel than this span no plane. */
const PARALLEL = 1e-6;

/** Points along an edge of the grid on which planes are compared. */
const COARSE = 13;

/** How many times as much another plane has to differ to take the place of the one that is shown. */
const STAYS = 1.5;

/**
 * The expert and the router of one teacher unit: those on whose plane teacher and student differ most, on a coarse grid.
 * `current`, the axes that are shown, stay unless another plane differs by half as much again, so that a picture drawn while
 * the student learns does not flicker. Undefined where no pair spans a plane.
 */
export function widestAxes(
  student: MoE,
  teacher: MoE,
  current?: Plane['axes'],
): Plane['axes'] | undefined {
  const shown = current?.[0].teacher;
  let best: { readonly axes: Plane['axes']; readonly gap: number } | undefined;
  for (let j = 0; j < teacher.spec.experts; j++) {
    const axes: Plane['axes'] = [
      { kind: 'expert', teacher: j },
      { kind: 'router', teacher: j },
    ];
    const plane = planeOf(student, teacher, axes, COARSE);
    if (!plane) continue;
    const gap = (j === shown ? STAYS : 1) * plane.gap;
    if (!best || gap > best.gap) best = { axes, gap };
  }
  return best?.axes;
}

/**
 * Both functions on the plane through two of the teacher's directions, the second made orthogonal to the first, at `size`²
 * points; undefined where the teacher has no such directions, or they are parallel.
 */
export function planeOf(
  student: MoE,
  teacher: MoE,
  axes: Plane['axes'],
  size: number = SIZE,
): Plane | undefined {
  const basis = basisOf(teacher, axes);
  if (!basis) return undefined;
  const values = {
    teacher: evaluate(teacher, basis, size),
    student: evaluate(student, basis, size),
  };
  let gap = 0;
  for (const [i, value] of values.student.entries()) {
    gap = Math.max(gap, Math.abs(value - (values.teacher[i] ?? 0)));
  }
  return { axes, size, extent: EXTENT, ...values, gap };
}

/**
 * One unit of `model` alone, gate × expert × amplitude, at the points of {@link planeOf}; undefined where the teacher has no such
 * plane or the model no unit `index`, from 0.
 */
export function unitOnPlane(
  model: MoE,
  index: number,
  teacher: MoE,
  axes: Plane['axes'],
  size: number = SIZE,
): Float64Array | undefined {
  const basis = basisOf(teacher, axes);
  if (!basis || !(index in model.params.amplitude.data)) return undefined;
  const { amplitude } = model.params;
  const alone = amplitude.data.map((value, i) => (i === index ? value : 0));
  const params = { ...model.params, amplitude: ndarray(amplitude.shape, alone) };
  return evaluate({ ...model, params }, basis, size);
}

/** A model sees a point of the plane through the projections of its rows only. */
function evaluate(model: MoE, basis: NDArray, size: number): Float64Array {
  const { router, expert } = model.params;
  const flat: MoE = {
    spec: { ...model.spec, inputDim: 2 },
    params: {
      ...model.params,
      router: rowProducts(router, basis),
      expert: rowProducts(expert, basis),
    },
  };
  return forward(flat, gridPoints(size), size * size);
}

function gridPoints(size: number): Float64Array {
  const points = new Float64Array(2 * size * size);
  const at = (i: number) => EXTENT * ((2 * i) / (size - 1) - 1);
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < size; c++) {
      points[2 * (r * size + c)] = at(c);
      points[2 * (r * size + c) + 1] = -at(r);
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
