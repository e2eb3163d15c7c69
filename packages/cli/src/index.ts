export { runCli } from './cli.ts';
export { type ExitCode, exitCodes } from './exit-codes.ts';
export type { Streams } from './streams.ts';
