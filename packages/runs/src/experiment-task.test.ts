import { presetConfig } from '@softmoe/lab';
import { createTaskPool } from '@softmoe/tasks';
import { afterAll, expect, it } from 'vitest';
import { EXPERIMENT } from './experiment-task.ts';
import worker from './worker.ts';

const pool = createTaskPool({ worker, concurrency: 1 });
afterAll(() => pool.close());

it('the worker runs an experiment to the summary that runPipeline gives', async () => {
  const input = presetConfig('quick', { inputDim: 24, teachers: 2, students: 8, seed: 1 });
  const outcome = await pool.run({ kind: EXPERIMENT, input });
  expect(outcome).toMatchObject({ status: 'done', output: { recovered: 2, survivors: 2 } });
});
