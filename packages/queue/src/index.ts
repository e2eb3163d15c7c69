export type { QueueAddress } from './connect.ts';
export { type QueuedTasksOptions, runQueuedTasks } from './run-queued-tasks.ts';
export { type ServeOptions, serveTasks } from './serve-tasks.ts';
export { QueueError } from './server-errors.ts';
