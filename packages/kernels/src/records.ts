import { KernelsValueError } from './errors.ts';
import type { GradientOffsets, Offset, ParameterOffsets, PlacedModel } from './placed.ts';
import type { SpanLayout } from './span.ts';
import { expertPass, gatePass, type ModelSpec } from './spec.ts';
import { type Draw, type Sampling, streamHashes } from './stream.ts';
import { HEAD_BYTES, roundUp, WORKSPACE_ALIGNMENT, type WorkspaceLayout } from './workspace.ts';

// The head of a workspace, which assembly/records.ts reads: records of 32-bit words, in the order in which they are
// written here, at these byte offsets from the aligned start.

const WORK = 0;
const MODEL = 128;
const TEACHER = 160;
const GRADIENT = 192;
const DRAW = 224;
const COEFFICIENTS = 256;
const TEACHER_COEFFICIENTS = 320;
const KEY = 384;
const NOISE_KEY = 400;
const LANES = HEAD_BYTES - 128;

/** The address of a gradient that is not wanted. */
const NOWHERE = -1;
const FLOAT = 4;

/** Checks what a call is given against the memory, and writes it where the kernels read it. */
export class Records {
  readonly #memory: WebAssembly.Memory;
  #words = new Int32Array();
  #floats = new Float32Array();
  #doubles = new Float64Array();
  #bytes = 0;
  /** Aligned start of the workspace of the present call. */
  #base = 0;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** Begins a call: makes the views anew if the memory has grown, and returns the aligned start of the workspace. */
  open(workspace: Offset, layout: WorkspaceLayout, inputDim: number): number {
    const { buffer } = this.#memory;
    if (buffer !== this.#words.buffer) {
      this.#bytes = buffer.byteLength;
      this.#words = new Int32Array(buffer);
      this.#floats = new Float32Array(buffer);
      this.#doubles = new Float64Array(buffer);
    }
    const base = roundUp(workspace, WORKSPACE_ALIGNMENT);
    this.check('workspace', '', workspace, (base - workspace + layout.bytes) / FLOAT);
    this.#base = base;
    this.#write(WORK, [
      inputDim,
      Math.ceil(inputDim / 8),
      base + MODEL,
      base + TEACHER,
      base + GRADIENT,
      base + DRAW,
      base + layout.panels,
      base + layout.weights,
      base + layout.values,
      base + layout.slopes,
      base + layout.outputs,
      base + layout.targets,
      base + layout.errors,
      base + layout.scratch,
      base + KEY,
      base + NOISE_KEY,
      base + LANES,
      base + layout.sums,
      base + layout.amplitudeSums,
      base + layout.biasSums,
      base + layout.directions,
    ]);
    return base;
  }

  /** Throws a {@link KernelsValueError} unless `count` float32 numbers from `offset` on lie in the memory. */
  check(owner: string, name: string, offset: Offset | undefined, count: number): void {
    const aligned = offset !== undefined && Number.isSafeInteger(offset) && offset % FLOAT === 0;
    if (aligned && offset >= 0 && offset + count * FLOAT <= this.#bytes) return;
    const bytes = this.#bytes;
    throw new KernelsValueError(
      `must be the byte offset of ${count} float32 numbers in a memory of ${bytes} bytes`,
      {
        field: owner + name,
        value: offset,
        remedy: 'Use a multiple of 4, and grow the memory first if needed.',
      },
    );
  }

  writeModel({ spec, params }: PlacedModel): void {
    this.#checkParams('model.params', spec, params);
    this.#writeModel(MODEL, COEFFICIENTS, 'model.spec', spec, params);
  }

  writeTeacher({ spec, params }: PlacedModel): void {
    this.#checkParams('teacher.params', spec, params);
    this.#writeModel(TEACHER, TEACHER_COEFFICIENTS, 'teacher.spec', spec, params);
  }

  /** `scale` multiplies the gradient; `size` is the number of rows of inputs. */
  writeGradient(gradient: GradientOffsets, spec: ModelSpec, size: number, scale: number): void {
    this.#checkParams('gradient', spec, gradient);
    const { router, expert, amplitude, routerBias = NOWHERE, inputs = NOWHERE } = gradient;
    if (inputs !== NOWHERE) this.check('gradient', '.inputs', inputs, size * spec.inputDim);
    this.#write(GRADIENT, [router, expert, amplitude, routerBias, inputs]);
    this.#floats[(this.#base + GRADIENT) / FLOAT + 5] = scale;
  }

  /** Writes the record of a step drawn in the span, and returns its address. */
  writeSpan({ stream }: Draw, inputDim: number, layout: SpanLayout): number {
    const base = this.#base;
    this.#write(layout.span, [
      inputDim,
      layout.depth,
      streamHashes(stream, 'span').outside,
      base + layout.rows,
      base + layout.reflections,
      base + layout.rounded,
      base + layout.turned,
      base + layout.moments,
      base + layout.factor,
      base + layout.diagonal,
      base + layout.left,
    ]);
    return base + layout.span;
  }

  writeDraw({ seed, stream, step, noise = 0 }: Draw, sampling: Sampling = 'inputs'): void {
    const hashes = streamHashes(stream, sampling);
    const high = Math.floor(seed / 2 ** 32);
    this.#write(DRAW, [seed % 2 ** 32, high, hashes.inputs, hashes.noise, step]);
    this.#floats[(this.#base + DRAW) / FLOAT + 5] = noise;
  }

  #writeModel(
    at: number,
    coefficientsAt: number,
    field: string,
    spec: ModelSpec,
    params: ParameterOffsets,
  ): void {
    const { router, expert, amplitude, routerBias = NOWHERE } = params;
    const { pass, coefficients } = expertPass(spec, field);
    this.#write(at, [
      spec.experts,
      gatePass(spec, field),
      pass,
      router,
      expert,
      amplitude,
      routerBias,
      this.#base + coefficientsAt,
    ]);
    if (coefficients) this.#doubles.set(coefficients, (this.#base + coefficientsAt) / 8);
  }

  #checkParams(field: string, spec: ModelSpec, params: ParameterOffsets): void {
    const { inputDim: d, experts: m } = spec;
    this.check(field, '.router', params.router, m * d);
    this.check(field, '.expert', params.expert, m * d);
    this.check(field, '.amplitude', params.amplitude, m);
    if (spec.routing === 'softmax') this.check(field, '.routerBias', params.routerBias, m);
  }

  /** Numbers up to 2³² become 32-bit words. */
  #write(at: number, words: readonly number[]): void {
    const start = (this.#base + at) / 4;
    for (let i = 0; i < words.length; i++) this.#words[start + i] = words[i]!;
  }
}
