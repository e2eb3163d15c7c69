#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { SoftmoeError } from '@softmoe/model';
import { Command, CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { runCommand } from './run-command.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** Runs the command line; returns the exit code. */
async function main(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.recovered;
  const program = new Command('softmoe')
    .description('Train, understand and compress soft-routed mixtures of experts.')
    .version(version)
    .showHelpAfterError('(softmoe run --help lists every option)')
    .exitOverride();
  const run = runCommand((code) => {
    exitCode = code;
  });
  run.exitOverride().showHelpAfterError('(softmoe run --help lists every option)');
  program.addCommand(run);
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.recovered : exitCodes.usage;
    if (error instanceof SoftmoeError) {
      process.stderr.write(`${error.name}: ${error.message}\n`);
      return exitCodes.usage;
    }
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCodes.unexpected;
  }
}

process.exitCode = await main(process.argv);
