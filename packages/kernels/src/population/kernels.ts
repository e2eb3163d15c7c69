import { base64 } from '../binaries/population.ts';
import { compileBase64, requireSimd } from '../support.ts';
import { type PopulationExports, PopulationMemory } from './memory.ts';
import type { PopulationProblem } from './problem.ts';
import { PopulationStep } from './step.ts';

/** The float64 SIMD kernels of the population loss, on a memory of their own that grows with the largest problem. */
export class PopulationKernels {
  readonly #memory: PopulationMemory;

  constructor(memory: PopulationMemory) {
    this.#memory = memory;
  }

  /** Loss and gradient of students of one size against one teacher. Throws `KernelsValueError` for what does not fit together. */
  problem(problem: PopulationProblem): PopulationStep {
    return new PopulationStep(this.#memory, problem);
  }
}

let loading: Promise<PopulationKernels> | undefined;

/**
 * The population kernels of this thread, loaded once. They use no relaxed instructions: the same bits on every engine.
 * Rejects with a `KernelsUnsupportedError` where WebAssembly has no SIMD.
 */
export async function loadPopulationKernels(): Promise<PopulationKernels> {
  requireSimd();
  loading ??= load().catch((reason) => {
    loading = undefined;
    throw reason;
  });
  return loading;
}

async function load(): Promise<PopulationKernels> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = await compileBase64(base64);
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const exports = instance.exports as unknown as PopulationExports;
  return new PopulationKernels(new PopulationMemory(memory, exports));
}
