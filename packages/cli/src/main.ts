#!/usr/bin/env node
import { runCli } from './cli.ts';
import { exitCodes } from './exit-codes.ts';

// A reader such as `head` may close the pipe: stop the run, which keeps its checkpoint, and say nothing more.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(exitCodes.closedPipe);
  });
}

process.exitCode = await runCli(process.argv.slice(2), process);
