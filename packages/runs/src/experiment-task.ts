import { type Backend, createReferenceBackend } from '@softmoe/backend';
import { type ConfigInput, parseConfig, runPipeline, type Summary, summaryOf } from '@softmoe/lab';
import { UnsupportedError } from '@softmoe/model';
import type { TaskContext, TaskFunction } from '@softmoe/tasks';

/** The kind of task that is one run of the pipeline: a config in, its summary out. */
export const EXPERIMENT = 'experiment';

/** What the task of an experiment needs beside its config. */
export interface ExperimentServices {
  /** The backend of that name, for engines that sample; the worker owns it. */
  openBackend(name: string): Promise<Backend>;
}

/** Services that open each backend once and keep it. */
export function experimentServices(open: (name: string) => Promise<Backend>): ExperimentServices {
  const opened = new Map<string, Promise<Backend>>();
  return {
    openBackend(name) {
      const backend = opened.get(name) ?? open(name);
      opened.set(name, backend);
      return backend;
    },
  };
}

/** Services that have the float64 reference backend alone. */
export const referenceServices: ExperimentServices = experimentServices(async (name) => {
  if (name === 'reference') return createReferenceBackend();
  throw new UnsupportedError('is not here', {
    field: 'backend',
    value: name,
    remedy:
      'Use the worker of the command softmoe, or createTaskWorker with experimentServices of your own.',
  });
});

/**
 * Runs the pipeline for a config. Engines that sample compute on `wasm-simd`, whose bits are the same on every machine.
 * Throws what the pipeline throws: a run that diverges is a failed task.
 */
async function runExperimentTask(
  input: ConfigInput,
  { signal, services }: TaskContext<ExperimentServices>,
): Promise<Summary> {
  const config = parseConfig(input);
  const backend =
    config.engine === 'exact' ? {} : { backend: await services.openBackend('wasm-simd') };
  return summaryOf(await runPipeline(config, { ...backend, signal }));
}

/** A function of tasks that may need a backend. */
export type ExperimentFunction<Input = never, Output = unknown> = TaskFunction<
  Input,
  Output,
  ExperimentServices
>;

/** What a worker does with the tasks of sweeps, by kind. */
export const experimentFunctions: Readonly<Record<string, ExperimentFunction>> = {
  [EXPERIMENT]: runExperimentTask,
};
