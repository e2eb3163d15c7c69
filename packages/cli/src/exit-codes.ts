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

/** One of the exit codes of the command. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
