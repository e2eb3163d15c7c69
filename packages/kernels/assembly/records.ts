// What the caller writes at the head of its workspace before a call: 32-bit words in the order of the fields here, which
// src/records.ts repeats. All arrays are float32, row-major, at any multiple of 4; the workspace itself starts at a
// multiple of 64.

/** A model: kinds of its functions (evaluate.ts) and addresses of its parameters. */
@unmanaged
export class Model {
  units: i32;
  gate: i32;
  expert: i32;
  /** [m, d] */
  router: usize;
  /** [m, d] */
  experts: usize;
  /** [m] */
  amplitude: usize;
  /** [m], softmax routing only. */
  bias: usize;
  /** Seven float64, for the expert POLYNOMIAL. */
  coefficients: usize;
}

/** The address of a gradient that is not wanted. */
export const NOWHERE: usize = -1;

/** Where the gradient goes, in the shapes of the parameters. */
@unmanaged
export class Gradient {
  router: usize;
  experts: usize;
  amplitude: usize;
  bias: usize;
  /** [n, d] */
  inputs: usize;
  /** What the gradient is multiplied by. */
  scale: f32;
}

/** The numbers that name a draw, docs/theory.md (35); `noise` is the standard deviation of the label noise. */
@unmanaged
export class Draw {
  seedLow: i32;
  seedHigh: i32;
  stream: i32;
  noiseStream: i32;
  step: i32;
  noise: f32;
}

/** Arrays of the workspace; `columns` counts the logits of a row, 2m + 2k. */
@unmanaged
export class Work {
  /** d */
  inputDim: i32;
  /** ⌈d/8⌉ */
  panelCount: i32;
  student: Model;
  teacher: Model;
  gradient: Gradient;
  draw: Draw;
  /** One block of inputs, [d/8][64][8]. */
  panels: usize;
  /** [columns/8][d][8] */
  weights: usize;
  /** Logits, then gates and experts, [columns][64]: V, W of the student, then V, W of the teacher. */
  values: usize;
  /** Derivatives of the same, then those of the loss by the logits, [columns][64]. */
  slopes: usize;
  /** One number a row, [64] each. */
  outputs: usize;
  targets: usize;
  errors: usize;
  scratch: usize;
  /** Keys of the two streams and the states of the lanes. */
  key: usize;
  noiseKey: usize;
  lanes: usize;
  /** Gradient of router and experts, [d/8][2m, a multiple of 4][8]. */
  sums: usize;
  /** Gradient of amplitude and bias, [m][4] each. */
  amplitudeSums: usize;
  biasSums: usize;
  /** Rows of router and experts as panels [d/8][2m][8], for the gradient in the inputs. */
  directions: usize;
}
