import { planeOf, unitOnPlane, widestAxes } from '@softmoe/figures';
import type { MoE } from '@softmoe/model';
import type { Axes, PlaneChoice, Reply, UnitChoice } from '../protocol.ts';

/** Milliseconds between two drawings of the plane. */
const EVERY = 120;

type Drawn = Pick<Extract<Reply, { type: 'plane' }>, 'plane' | 'unit'>;

/** Student and teacher on a plane of their inputs, as the page wants to see them. */
export class PlanePainter {
  #models: { readonly student: MoE; readonly teacher: MoE } | undefined;
  #axes: PlaneChoice | undefined;
  #unit: UnitChoice | undefined;
  /** The axes last drawn of those that differ most. */
  #widest: Axes | undefined;
  #at = 0;

  /** Forgets the run before. */
  clear(): void {
    this.#models = undefined;
    this.#widest = undefined;
  }

  choose(axes: PlaneChoice, unit: UnitChoice | undefined): void {
    this.#axes = axes;
    this.#unit = unit;
  }

  show(student: MoE, teacher: MoE): void {
    this.#models = { student, teacher };
  }

  /** Whether the last drawing is long enough ago. */
  get due(): boolean {
    return performance.now() - this.#at > EVERY;
  }

  /** Undefined where there is nothing to draw. Those axes that differ most stay as they are where `steady`. */
  draw(steady: boolean): Drawn | undefined {
    if (!this.#models || !this.#axes) return undefined;
    const { student, teacher } = this.#models;
    if (this.#axes === 'widest') {
      this.#widest = widestAxes(student, teacher, steady ? this.#widest : undefined);
    }
    const axes = this.#axes === 'widest' ? this.#widest : this.#axes;
    const plane = axes && planeOf(student, teacher, axes);
    this.#at = performance.now();
    if (!plane) return undefined;
    const { of, index = -1 } = this.#unit ?? {};
    const values = unitOnPlane(this.#models[of ?? 'student'], index, teacher, plane.axes);
    return { plane, ...(of && values ? { unit: { of, index, values } } : {}) };
  }
}
