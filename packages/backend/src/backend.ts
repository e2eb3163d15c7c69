import type { Draw, MoE, NDArray, Params, Points } from '@softmoe/model';
import type { Inputs } from '@softmoe/model/checks';

/** Half the mean squared error over a batch, docs/theory.md (3), and its Euclidean gradient by parameter name. */
export interface LossAndGradient {
  readonly loss: number;
  readonly gradient: Params;
}

/** Loss and gradient of a batch, and second moments of its derivatives by the logits. */
export interface LossAndMoments extends LossAndGradient {
  /** GᵀG over router 1 … m, expert 1 … m, docs/theory.md (51), [2m, 2m], symmetric. */
  readonly moments: NDArray;
}

/** What a backend runs on. Results are the same bits where all of this, the engine and the code are the same. */
export interface BackendInfo {
  readonly name: string;
  readonly precision: 'float64' | 'float32';
  readonly simd: 'none' | 'simd' | 'relaxed';
  readonly threads: number;
  readonly kernels: 'fused' | 'composed';
}

/**
 * Where batches are computed. Parameters come and gradients go as float64 arrays of the same names and shapes, whatever
 * the precision inside. Every method rejects with a `SoftmoeError` that names `size`, `inputs` or `targets` when those
 * don't fit, and works again after that; calls may overlap. `@softmoe/backend/conformance` tests all of this.
 */
export interface Backend {
  readonly info: BackendInfo;
  /** f(x) at `size` points, docs/theory.md (2) and (5): [size]. */
  predict(model: MoE, inputs: Inputs, size: number): Promise<Float64Array>;
  /** Unit outputs u_i(x), or π_i(x) h(w_i·x) where units share their gates, amplitudes left out, docs/theory.md (1): [size, m]. */
  units(model: MoE, inputs: Inputs, size: number): Promise<Float64Array>;
  lossAndGradient(model: MoE, batch: Points): Promise<LossAndGradient>;
  /**
   * Draws a batch, labels it with the teacher and differentiates, in one go: what `lossAndGradient` gives for that
   * batch, docs/theory.md (20). A backend without it is asked for the composed steps.
   */
  onlineStep?(model: MoE, teacher: MoE, draw: Draw): Promise<LossAndGradient>;
  /**
   * `lossAndGradient` with the moments that `spanStep` of this package draws the rest of the gradient by, for backends that
   * do not do all of it at once.
   */
  lossAndMoments?(model: MoE, batch: Points): Promise<LossAndMoments>;
  /**
   * SGD's own step drawn in the span of student and teacher, docs/theory.md (54), in one go: what `spanStep` of this package
   * gives for that draw. A backend with neither this nor `lossAndMoments` cannot sample in the span.
   */
  spanStep?(model: MoE, teacher: MoE, draw: Draw): Promise<LossAndGradient>;
  /** Frees what the backend holds. It must not be used afterwards; a second call does nothing. */
  dispose(): void;
}
