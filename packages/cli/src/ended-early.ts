import { SoftmoeError } from '@softmoe/model';
import { TasksInterruptedError } from '@softmoe/tasks';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { StopSignals } from './stop-signals.ts';
import type { Output } from './streams.ts';

/** Tells why work that had begun could not go on, and the exit code. What is no error of ours is thrown on. */
export function endedByError(error: unknown, stderr: Output): ExitCode {
  if (!(error instanceof SoftmoeError)) throw error;
  stderr.write(`${error.name}: ${error.message}\n`);
  return exitCodes.failed;
}

/** The same of tasks, which may also have been stopped: then it says how to go on. */
export function tasksEndedEarly(
  error: unknown,
  stop: StopSignals,
  stderr: Output,
  remedy: string,
): ExitCode {
  if (!(error instanceof TasksInterruptedError)) return endedByError(error, stderr);
  stderr.write(`stopped: ${error.value}; ${remedy}\n`);
  return stop.exitCode;
}
