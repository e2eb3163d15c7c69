import { type ConfigInput, parseConfig, runPipeline, type Summary, summaryOf } from '@softmoe/lab';
import type { TaskContext, TaskFunction } from '@softmoe/tasks';
import { thisMachine } from './experiment-machine.ts';
import type { ExperimentServices } from './experiment-services.ts';

/** The kind of task that is one run of the pipeline: a config in, its summary out. */
export const EXPERIMENT = 'experiment';

/** A function of tasks that may need a backend. */
export type ExperimentFunction<Input = never, Output = unknown> = TaskFunction<
  Input,
  Output,
  ExperimentServices
>;

/**
 * Runs the pipeline for a config. Engines that sample compute on `wasm-simd`, whose bits are the same on every machine.
 * Throws what the pipeline throws: a run that diverges is a failed task.
 */
export async function runExperimentTask(
  input: ConfigInput,
  { signal, services }: TaskContext<ExperimentServices>,
): Promise<Summary> {
  const config = parseConfig(input);
  const backend =
    config.engine === 'exact' ? {} : { backend: await services.openBackend('wasm-simd') };
  return summaryOf(await runPipeline(config, { ...backend, machine: thisMachine(), signal }));
}
