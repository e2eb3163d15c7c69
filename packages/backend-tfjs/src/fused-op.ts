import type { Kernels, Offset } from '@softmoe/kernels';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { FLOAT } from './placed-params.ts';
import type { Region } from './region.ts';

/** A call of the fused kernels on tensors. */
interface FusedCall {
  readonly inputs: readonly TensorInfo[];
  /** Shapes of the results. */
  readonly shapes: readonly number[][];
  /** Bytes of the areas that the call needs besides. */
  readonly scratch: readonly number[];
  readonly run: (inputs: Offset[], outputs: Offset[], scratch: Offset[]) => void;
}

/** The fused kernels for the tensors of one tfjs backend. */
export interface FusedOp {
  readonly kernels: Kernels;
  readonly region: Region;
  readonly call: (call: FusedCall) => TensorInfo[];
}

const fusedOps = new WeakMap<object, FusedOp>();

/** From now on softMoE uses these kernels on the tensors of this instance of a tfjs backend. */
export function enableFusedOp(backend: object, op: FusedOp): void {
  fusedOps.get(backend)?.region.release();
  fusedOps.set(backend, op);
}

export function fusedOpOf(backend: object): FusedOp | undefined {
  return fusedOps.get(backend);
}

/** Kernels that work where the tensors are: `region` lies in the memory of the backend. */
export function zeroCopyOp(kernels: Kernels, backend: BackendWasm, region: Region): FusedOp {
  return {
    kernels,
    region,
    call({ inputs, shapes, scratch, run }) {
      const areas = region.place(scratch);
      const places = inputs.map(({ dataId }) => backend.getMemoryOffset(dataId));
      const outputs = shapes.map((shape) => backend.makeOutput(shape, 'float32'));
      const results = outputs.map(({ dataId }) => backend.getMemoryOffset(dataId));
      run(places, results, areas);
      return outputs;
    },
  };
}

/** Kernels on a memory of their own: tensors are copied in and out. */
export function copyingOp(kernels: Kernels, backend: KernelBackend, region: Region): FusedOp {
  return {
    kernels,
    region,
    call({ inputs, shapes, scratch, run }) {
      const sizes = [...inputs.map(({ shape }) => shape), ...shapes].map(
        (shape) => FLOAT * shape.reduce((product, n) => product * n, 1),
      );
      const offsets = region.place([...sizes, ...scratch]);
      const places = offsets.slice(0, inputs.length);
      const results = offsets.slice(inputs.length, sizes.length);
      const floats = region.floats();
      inputs.forEach(({ dataId }, i) => {
        const values = backend.readSync(dataId);
        if (values instanceof Float32Array) floats.set(values, places[i]! / FLOAT);
      });
      run(places, results, offsets.slice(sizes.length));
      return shapes.map((shape, i) => {
        const start = results[i]!;
        const values = floats.slice(start / FLOAT, (start + sizes[inputs.length + i]!) / FLOAT);
        return { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' };
      });
    },
  };
}
