import { SoftmoeError } from '@softmoe/model';
import { TasksInterruptedError } from '@softmoe/tasks';
import type { StopSignals } from './stop-signals.ts';
import type { Output } from './streams.ts';

/** What the process' exit code tells scripts. */
export const exitCodes = {
  /** Every teacher expert was recovered, and the result is certified. */
  recovered: 0,
  /** A defect of softmoe or of the machine. */
  unexpected: 1,
  /** A config, option or file that cannot be used: nothing was run. */
  usage: 2,
  /** The run finished, but missed a teacher expert or has no certificate. */
  notRecovered: 3,
  /** The run began but could not go on: it diverged, or its folder could not be written. Or a backend did not start. */
  failed: 4,
  /** A sweep ended, and some of its runs failed: their reasons are in the record. */
  someFailed: 5,
  /** A reproduction ended, and with --strict some claim does not hold. */
  notAllHold: 6,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
  /** Whoever read the output has closed it. */
  closedPipe: 141,
  /** Stopped by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

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
