import { type ConfigInput, parseConfig, runPipeline, type Summary, summaryOf } from '@softmoe/lab';
import { loadMoE } from '@softmoe/model';
import type { TaskContext, TaskFunction } from '@softmoe/tasks';
import { gatherKept, type Keepable, type Kept } from './experiment-kept.ts';
import { thisMachine } from './experiment-machine.ts';
import { loadPinned, type ModuleTexts, modulesBy, namedIn, partsIn } from './experiment-module.ts';
import type { ExperimentServices } from './experiment-services.ts';

/** The kind of task that is one run of the pipeline: a config in, its summary out. */
export const EXPERIMENT = 'experiment';

/** A config, and the file of the teacher of the user's own that it pins, if it does, as base64: workers elsewhere have no other. */
export type ExperimentInput<Fields = ConfigInput> = Fields & {
  readonly teacherModel?: string;
  /** The code of a gate and an expert of the user's own, which the task runs; the config pins its digest. */
  readonly modules?: ModuleTexts;
  /** What the record is to keep beside the result. */
  readonly keep?: readonly Keepable[];
};

/** A function of tasks that may need a backend. */
export type ExperimentFunction<Input = never, Output = unknown> = TaskFunction<
  Input,
  Output,
  ExperimentServices
>;

/**
 * Runs the pipeline for a config. Engines that sample compute on `wasm-simd`, whose bits are the same on every machine.
 * Where the gate or the expert is the user's own, they compute on the float64 reference. Throws what the pipeline throws: a run that
 * diverges is a failed task.
 */
export async function runExperimentTask(
  { teacherModel, modules = {}, keep = [], ...input }: ExperimentInput,
  { signal, services }: TaskContext<ExperimentServices>,
): Promise<Summary & Kept> {
  const config = parseConfig(input);
  const loaded = await modulesBy(async (field) => {
    const text = modules[field];
    if (text === undefined) return undefined;
    const { module, sha256 } = namedIn(config[field]);
    return loadPinned(text, String(module), field, sha256);
  });
  const parts = partsIn(loaded);
  const name = Object.keys(loaded).length > 0 ? 'reference' : 'wasm-simd';
  const backend = config.engine === 'exact' ? {} : { backend: await services.openBackend(name) };
  const own =
    teacherModel === undefined
      ? {}
      : { teacher: loadMoE(new Uint8Array(Buffer.from(teacherModel, 'base64')), undefined, parts) };
  const kept = gatherKept(keep);
  const watch = { signal, onRecord: kept.onRecord };
  const options = { ...backend, ...own, ...parts, machine: thisMachine(), ...watch };
  const result = await runPipeline(config, options);
  return { ...summaryOf(result), ...kept.of(result.models) };
}
