import type { Task, TaskRecord } from '@softmoe/tasks';
import type { Job } from 'bullmq';

/** What a job carries. Its id is that of the record to be made. */
export interface QueuedTask {
  readonly task: Task;
  /** Hash of the code that the sweep expects for tasks of this kind. */
  readonly code: string;
}

export type TaskJob = Job<QueuedTask, TaskRecord>;

/** The name of all jobs. */
export const JOB = 'task';
