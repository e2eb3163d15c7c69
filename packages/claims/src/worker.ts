import { experimentKinds, referenceServices } from '@softmoe/runs';
import { type ModuleExport, type TaskKind, type TaskWorker, threadModule } from '@softmoe/tasks';

/** What a worker measures with what claims rest on: pure functions of their input. Learning from samples opens a backend of `services`. */
export function claimKinds(services: ModuleExport): TaskWorker {
  return {
    'claim/learning': { ...measurement('learning', 'learning'), services },
    'claim/alignment-times': measurement('alignment-times', 'alignmentTimes'),
    'claim/frozen-experts': measurement('guidance', 'frozenExperts'),
    'claim/placed-experts': measurement('guidance', 'placedExperts'),
    'claim/pruning-baselines': measurement('pruning-baselines', 'pruningBaselines'),
    'claim/separate': measurement('separate', 'separate'),
    'claim/landscapes': measurement('landscapes', 'landscapes'),
    'claim/descent-tail': measurement('descent-tail', 'descentTail'),
  };
}

function measurement(file: string, name: string): TaskKind {
  return { module: threadModule(`./measurements/${file}.js`, import.meta.url), name };
}

/**
 * A worker for `createTaskPool`, as it stands: it measures what claims rest on, on the exact engine. The claims that sample need
 * services of one's own, which open a backend for them.
 */
const worker: TaskWorker = {
  ...claimKinds(referenceServices),
  ...experimentKinds(referenceServices),
};

export default worker;
