import { claimKinds } from '@softmoe/claims';
import { experimentKinds } from '@softmoe/runs';
import { type ModuleExport, type TaskWorker, threadModule } from '@softmoe/tasks';

const services: ModuleExport = {
  module: threadModule('./task-services.js', import.meta.url),
  name: 'services',
};

/** What does the tasks of sweeps and claims. */
export const worker: TaskWorker = { ...claimKinds(services), ...experimentKinds(services) };
