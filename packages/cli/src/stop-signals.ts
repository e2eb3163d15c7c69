import { SoftmoeError } from '@softmoe/model';
import { TasksInterruptedError } from '@softmoe/tasks';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Output } from './streams.ts';

/**
 * Ctrl-C and SIGTERM as an abort: what runs stops cleanly and keeps what is done. One more Ctrl-C ends the process at once; one more
 * SIGTERM does not, since main.ts emits one for every write that finds the reader of the output gone.
 */
export interface StopSignals {
  readonly signal: AbortSignal;
  /** The exit code of the signal that came. */
  readonly exitCode: ExitCode;
  /** Gives the signals back to Node. */
  release(): void;
}

export function listenForStop(): StopSignals {
  const abort = new AbortController();
  let exitCode: ExitCode = exitCodes.interrupted;
  const stop = (signal: NodeJS.Signals) => {
    if (abort.signal.aborted) {
      if (signal === 'SIGINT') process.exit(exitCode);
      return;
    }
    exitCode = signal === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    abort.abort();
  };
  // Not once: log-update ends the process when it finds no other listener at the signal.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: abort.signal,
    get exitCode() {
      return exitCode;
    },
    release() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

/** Tells why work that had begun could not go on, and the exit code. What is no error of ours is thrown on. */
export function endedByError(error: unknown, stderr: Output): ExitCode {
  if (!(error instanceof SoftmoeError)) throw error;
  stderr.write(`${error.name}: ${error.message}\n`);
  return exitCodes.failed;
}

/** Tells why tasks that had begun could not go on, and the exit code; where they were stopped, how to go on. */
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
