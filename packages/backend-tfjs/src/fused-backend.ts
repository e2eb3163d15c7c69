import type { Backend, BackendInfo, LossAndGradient } from '@softmoe/backend';
import { type Kernels, type PlacedModel, workspaceBytes } from '@softmoe/kernels';
import { type Draw, type MoE, ShapeError, UnsupportedError } from '@softmoe/model';
import { checkInputs, requireFinite, requireInteger, requireStream } from '@softmoe/model/checks';
import { chunksOf, meanOver } from './chunks.ts';
import { namedSpec } from './kernel-spec.ts';
import { FLOAT, paramBytes, paramsAt, readParams, writeParams } from './placed-params.ts';
import type { Region } from './region.ts';

/**
 * The methods of a backend straight on the fused kernels, with neither tensors nor a tape. Every call writes what it needs
 * into `region`, runs, and copies its result out before it returns to the event loop, so that calls can't meet.
 */
export function createFusedBackend(kernels: Kernels, region: Region, info: BackendInfo): Backend {
  let disposed = false;
  const open = () => {
    if (disposed) throw disposedError(info.name);
  };

  /** Writes the model, and hands out the offsets after it. */
  function place(model: MoE, lengths: readonly number[]): [PlacedModel, number[]] {
    const spec = namedSpec(model.spec);
    const [start, ...offsets] = region.place([paramBytes(spec), ...lengths]);
    const params = paramsAt(spec, start!);
    writeParams(model, params, region.floats());
    return [{ spec, params }, offsets];
  }

  function evaluate(
    method: 'forward' | 'units',
    model: MoE,
    inputs: Float32Array | Float64Array,
    size: number,
  ): Float64Array {
    open();
    const { inputDim: d, experts: m } = model.spec;
    checkInputs(inputs, size, d, 'inputs');
    const columns = method === 'units' ? m : 1;
    const chunks = chunksOf(model.spec, size);
    const most = Math.max(...chunks.map(({ rows }) => rows));
    const lengths = [
      most * d * FLOAT,
      most * columns * FLOAT,
      workspaceBytes({ model: namedSpec(model.spec) }),
    ];
    const [placed, [x, y, work]] = place(model, lengths);
    const floats = region.floats();
    const result = new Float64Array(size * columns);
    for (const { start, rows } of chunks) {
      floats.set(inputs.subarray(start * d, (start + rows) * d), x! / FLOAT);
      kernels[method](placed, { inputs: x!, size: rows }, y!, work!);
      result.set(floats.subarray(y! / FLOAT, y! / FLOAT + rows * columns), start * columns);
    }
    return result;
  }

  /** A step on points that the kernels draw. */
  async function drawnStep(
    method: 'online' | 'spanStep',
    model: MoE,
    teacher: MoE,
    draw: Draw,
  ): Promise<LossAndGradient> {
    open();
    checkDraw(model, teacher, draw);
    const { spec } = model;
    const span = method === 'spanStep';
    const lengths = [
      paramBytes(spec),
      paramBytes(teacher.spec),
      workspaceBytes({ model: namedSpec(spec), teacher: namedSpec(teacher.spec), span }),
    ];
    const [placed, [g, t, work]] = place(model, lengths);
    const label = paramsAt(teacher.spec, t!);
    const gradient = paramsAt(spec, g!);
    const floats = region.floats();
    writeParams(teacher, label, floats);
    const placedTeacher = { spec: namedSpec(teacher.spec), params: label };
    const loss = kernels[method](placed, placedTeacher, draw, gradient, work!);
    return { loss, gradient: readParams(spec, gradient, floats) };
  }

  return {
    info,
    async predict(model, inputs, size) {
      return evaluate('forward', model, inputs, size);
    },
    async units(model, inputs, size) {
      return evaluate('units', model, inputs, size);
    },
    async lossAndGradient(model, { inputs, targets, size }) {
      open();
      const { spec } = model;
      const { inputDim: d } = spec;
      checkInputs(inputs, size, d, 'inputs');
      checkInputs(targets, size, 1, 'targets');
      const chunks = chunksOf(spec, size);
      const most = Math.max(...chunks.map(({ rows }) => rows));
      const lengths = [
        paramBytes(spec),
        most * d * FLOAT,
        most * FLOAT,
        workspaceBytes({ model: namedSpec(spec) }),
      ];
      const [placed, [g, x, y, work]] = place(model, lengths);
      const gradient = paramsAt(spec, g!);
      const floats = region.floats();
      return meanOver(chunks, size, ({ start, rows }) => {
        floats.set(inputs.subarray(start * d, (start + rows) * d), x! / FLOAT);
        floats.set(targets.subarray(start, start + rows), y! / FLOAT);
        const points = { inputs: x!, targets: y!, size: rows };
        const loss = kernels.lossAndGradient(placed, points, gradient, work!);
        return { loss, gradient: readParams(spec, gradient, floats) };
      });
    },
    onlineStep: (model, teacher, draw) => drawnStep('online', model, teacher, draw),
    spanStep: (model, teacher, draw) => drawnStep('spanStep', model, teacher, draw),
    dispose() {
      if (!disposed) region.release();
      disposed = true;
    },
  };
}

export function disposedError(name: string): UnsupportedError {
  return new UnsupportedError('has been disposed of', {
    field: 'backend',
    value: name,
    remedy: 'Create another one with createTfjsBackend.',
  });
}

/** Throws a typed error unless the draw names a batch for both models. */
function checkDraw(model: MoE, teacher: MoE, draw: Draw): void {
  requireInteger('size', draw.size, 1, 2 ** 31 - 64);
  requireInteger('seed', draw.seed, 0);
  requireInteger('step', draw.step, 0, 2 ** 32 - 1);
  requireFinite('noise', draw.noise ?? 0, 0);
  requireStream('stream', draw.stream);
  if (teacher.spec.inputDim === model.spec.inputDim) return;
  throw new ShapeError('is not that of the model', {
    field: 'teacher.spec.inputDim',
    value: teacher.spec.inputDim,
    remedy: `Use a teacher on ${model.spec.inputDim} dimensions.`,
  });
}
