import type { ConfigInput } from '../config.ts';
import { parseConfig } from '../config.ts';
import { runPipeline } from '../pipeline.ts';
import { type Summary, summaryOf } from '../result.ts';
import { claimFunctions } from './claims/measurements/measurements.ts';
import type { TaskContext, TaskFunction } from './task.ts';

/** The kind of task that is one run of the pipeline: a config in, its summary out. */
export const EXPERIMENT = 'experiment';

/**
 * Runs the pipeline for a config. Engines that sample compute on `wasm-simd`, whose bits are the same on every machine.
 * Throws what the pipeline throws: a run that diverges is a failed task.
 */
async function runExperimentTask(input: ConfigInput, context: TaskContext): Promise<Summary> {
  const config = parseConfig(input);
  const backend =
    config.engine === 'exact' ? {} : { backend: await context.openBackend('wasm-simd') };
  return summaryOf(await runPipeline(config, { ...backend, signal: context.signal }));
}

/** The functions of the tasks that the lab itself knows, by kind. */
export const taskFunctions: Readonly<Record<string, TaskFunction>> = {
  [EXPERIMENT]: runExperimentTask,
  ...claimFunctions,
};
