import { forward, type MoE, type NDArray, ndarray, row, rowProducts } from '@softmoe/model';
import type { Axes, Axis, Plane } from '../protocol.ts';

const SIZE = 49;
const EXTENT = 3;

/** Two axes closer to parallel than this span no plane. */
const PARALLEL = 1e-6;

/** Draws teacher and student on the plane through two of the teacher's directions. */
export class PlanePainter {
  #axes: Axes | null = null;
  #teacher: MoE | undefined;
  #basis: NDArray | undefined;
  #values: Float32Array | undefined;
  readonly #points: Float64Array = gridPoints();

  choose(axes: Axes | null): void {
    this.#axes = axes;
    this.#teacher = undefined;
  }

  /** Undefined where the teacher has no such directions, or they are parallel. */
  paint(student: MoE, teacher: MoE): Plane | undefined {
    if (!this.#axes) return undefined;
    if (teacher !== this.#teacher) {
      this.#teacher = teacher;
      this.#basis = basisOf(teacher, this.#axes);
      this.#values = this.#basis && this.#evaluate(teacher, this.#basis);
    }
    if (!this.#basis || !this.#values) return undefined;
    return {
      axes: this.#axes,
      size: SIZE,
      extent: EXTENT,
      teacher: this.#values,
      student: this.#evaluate(student, this.#basis),
    };
  }

  /** A model sees a point of the plane through the projections of its rows only. */
  #evaluate(model: MoE, basis: NDArray): Float32Array {
    const { router, expert } = model.params;
    const flat: MoE = {
      spec: { ...model.spec, inputDim: 2 },
      params: {
        ...model.params,
        router: rowProducts(router!, basis),
        expert: rowProducts(expert!, basis),
      },
    };
    return Float32Array.from(forward(flat, this.#points, SIZE * SIZE));
  }
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

function basisOf(teacher: MoE, [first, second]: Axes): NDArray | undefined {
  const x = direction(teacher, first);
  const y = direction(teacher, second);
  if (!x || !y) return undefined;
  const overlap = x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const rest = y.map((value, i) => value - overlap * x[i]!);
  const norm = Math.hypot(...rest);
  if (norm < PARALLEL) return undefined;
  return ndarray([2, x.length], [...x, ...rest.map((value) => value / norm)]);
}

function direction(teacher: MoE, { kind, teacher: j }: Axis): number[] | undefined {
  const rows = teacher.params[kind];
  return rows && j < teacher.spec.experts ? [...row(rows, j)] : undefined;
}
