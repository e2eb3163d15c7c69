import { KernelsValueError, requireInteger } from './errors.ts';
import type { GradientOffsets, Offset, PlacedModel, Points } from './placed.ts';
import { Records } from './records.ts';
import { layOutSpan } from './span.ts';
import { checkSizes, MAX_DIM } from './spec.ts';
import { checkDraw, type Draw } from './stream.ts';
import type { Variant } from './support.ts';
import { layOut } from './workspace.ts';

/** The entry points of assembly/index.ts. `work` is the aligned start of a workspace whose head has been written. */
export interface KernelExports {
  forward(work: number, inputs: Offset, size: number, outputs: Offset): void;
  units(work: number, inputs: Offset, size: number, outputs: Offset): void;
  lossAndGradient(work: number, inputs: Offset, targets: Offset, size: number): number;
  backward(work: number, inputs: Offset, cotangents: Offset, size: number): void;
  online(work: number, size: number): number;
  spanStep(work: number, span: number, size: number): number;
  normals(work: number, size: number, outputs: Offset): void;
}

const MAX_ROWS = 2 ** 31 - 64;

/**
 * The kernels of one variant on one memory. All arrays are the caller's, and so is the workspace: an area of
 * {@link workspaceBytes} bytes, whose contents matter neither before a call nor after it. Nothing is allocated, and the
 * memory may grow between calls. Every method throws a {@link KernelsValueError} for a bad spec, size or draw, and for an
 * array that is misaligned or reaches past the end of the memory. The arrays of a call must not overlap.
 */
export class Kernels {
  readonly variant: Variant;
  readonly memory: WebAssembly.Memory;
  readonly #exports: KernelExports;
  readonly #records: Records;

  constructor(variant: Variant, memory: WebAssembly.Memory, exports: KernelExports) {
    this.variant = variant;
    this.memory = memory;
    this.#exports = exports;
    this.#records = new Records(memory);
  }

  /** f(x) at n points, docs/theory.md (2): `outputs` [n]. */
  forward(model: PlacedModel, points: Points, outputs: Offset, workspace: Offset): void {
    const work = this.#open(model, points, workspace, false);
    this.#records.check('outputs', '', outputs, points.size);
    this.#exports.forward(work, points.inputs, points.size, outputs);
  }

  /** Unit outputs u_i(x) at n points, amplitudes left out, docs/theory.md (1): `outputs` [n, m]. */
  units(model: PlacedModel, points: Points, outputs: Offset, workspace: Offset): void {
    const work = this.#open(model, points, workspace, false);
    this.#records.check('outputs', '', outputs, points.size * model.spec.experts);
    this.#exports.units(work, points.inputs, points.size, outputs);
  }

  /**
   * ½ mean (f(x) − y)² over n points, docs/theory.md (3), summed in float64, and its Euclidean gradient. `targets` [n].
   */
  lossAndGradient(
    model: PlacedModel,
    points: Points & { readonly targets: Offset },
    gradient: GradientOffsets,
    workspace: Offset,
  ): number {
    const { inputs, targets, size } = points;
    const work = this.#open(model, points, workspace, gradient.inputs !== undefined);
    this.#records.check('points', '.targets', targets, size);
    this.#records.writeGradient(gradient, model.spec, size, 1 / size);
    return this.#exports.lossAndGradient(work, inputs, targets, size);
  }

  /**
   * The gradient of Σ_s cotangents[s]·f(x_s): turns derivatives by the outputs into derivatives by parameters and inputs.
   * `cotangents` [n].
   */
  backward(
    model: PlacedModel,
    points: Points & { readonly cotangents: Offset },
    gradient: GradientOffsets,
    workspace: Offset,
  ): void {
    const { inputs, cotangents, size } = points;
    const work = this.#open(model, points, workspace, gradient.inputs !== undefined);
    this.#records.check('points', '.cotangents', cotangents, size);
    this.#records.writeGradient(gradient, model.spec, size, 1);
    this.#exports.backward(work, inputs, cotangents, size);
  }

  /**
   * Loss and gradient of `model` on a fresh draw that `teacher` labels, docs/theory.md (20): what
   * {@link lossAndGradient} gives for the normals of the draw and the teacher's outputs there, plus noise. The draw is
   * that of @softmoe/teacher of the same names. No more than 64 of its rows are ever stored.
   */
  online(
    model: PlacedModel,
    teacher: PlacedModel,
    draw: Draw,
    gradient: Omit<GradientOffsets, 'inputs'>,
    workspace: Offset,
  ): number {
    const { inputDim, experts } = model.spec;
    checkOnline(model, teacher, draw);
    const layout = layOut(inputDim, experts, teacher.spec.experts, false);
    const work = this.#records.open(workspace, layout, inputDim);
    this.#records.writeModel(model);
    this.#records.writeTeacher(teacher);
    this.#records.writeDraw(draw);
    this.#records.writeGradient(gradient, model.spec, 0, 1 / draw.size);
    return this.#exports.online(work, draw.size);
  }

  /**
   * SGD's own step drawn in the span of the rows of `model` and `teacher`, docs/theory.md (50)–(54): equal in law to
   * {@link online} at r = min(d, 2(m + k)) normals a point in place of d, and `spanStep` of @softmoe/backend on the streams
   * `<stream>/inside` and `<stream>/outside`. The workspace is one with `span`.
   */
  spanStep(
    model: PlacedModel,
    teacher: PlacedModel,
    draw: Draw,
    gradient: Omit<GradientOffsets, 'inputs'>,
    workspace: Offset,
  ): number {
    const { inputDim, experts } = model.spec;
    checkOnline(model, teacher, draw);
    const layout = layOutSpan(inputDim, experts, teacher.spec.experts);
    const work = this.#records.open(workspace, layout, layout.rank);
    this.#records.writeModel(model);
    this.#records.writeTeacher(teacher);
    this.#records.writeDraw(draw, 'span');
    this.#records.writeGradient(gradient, model.spec, 0, 1 / draw.size);
    const span = this.#records.writeSpan(draw, inputDim, layout);
    return this.#exports.spanStep(work, span, draw.size);
  }

  /**
   * The standard normals of a draw, docs/theory.md (36), without its noise: `outputs` [size, columns]. The workspace is
   * that of any model with as many input dimensions.
   */
  normals(draw: Draw, columns: number, outputs: Offset, workspace: Offset): void {
    checkDraw(draw);
    requireInteger('draw.size', draw.size, 1, MAX_ROWS);
    requireInteger('columns', columns, 1, MAX_DIM);
    const work = this.#records.open(workspace, layOut(columns, 1, 0, false), columns);
    this.#records.check('outputs', '', outputs, draw.size * columns);
    this.#records.writeDraw(draw);
    this.#exports.normals(work, draw.size, outputs);
  }

  /** Begins a call on given points. */
  #open(model: PlacedModel, points: Points, workspace: Offset, inputGradient: boolean): number {
    const { spec } = model;
    checkSizes(spec, 'model.spec');
    requireInteger('points.size', points.size, 1, MAX_ROWS);
    const layout = layOut(spec.inputDim, spec.experts, 0, inputGradient);
    const work = this.#records.open(workspace, layout, spec.inputDim);
    this.#records.check('points', '.inputs', points.inputs, points.size * spec.inputDim);
    this.#records.writeModel(model);
    return work;
  }
}

/** Throws a {@link KernelsValueError} unless the teacher labels draws for the model. */
function checkOnline(model: PlacedModel, teacher: PlacedModel, draw: Draw): void {
  const { inputDim } = model.spec;
  checkSizes(model.spec, 'model.spec');
  checkSizes(teacher.spec, 'teacher.spec');
  checkDraw(draw);
  requireInteger('draw.size', draw.size, 1, MAX_ROWS);
  if (teacher.spec.inputDim === inputDim) return;
  throw new KernelsValueError('is not that of the model', {
    field: 'teacher.spec.inputDim',
    value: teacher.spec.inputDim,
    remedy: `Use a teacher on ${inputDim} dimensions.`,
  });
}
