#!/usr/bin/env node
import { runCli } from './cli.ts';
import { exitCodes } from './exit-codes.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') {
      // A reader such as `head` has closed the pipe: stop the run, which keeps its checkpoint, and say nothing more.
      if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(exitCodes.closedPipe);
      return;
    }
    // A full disk. A run that is kept goes on from its last checkpoint.
    const end = () => process.exit(exitCodes.failed);
    if (stream === process.stderr) end();
    else process.stderr.write(`softmoe: the output cannot be written (${message})\n`, end);
  });
}

process.exitCode = await runCli(process.argv.slice(2), process);
