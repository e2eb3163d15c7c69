import { readFileSync } from 'node:fs';
import { SoftmoeError } from '@softmoe/model';
import { Command, CommanderError } from 'commander';
import { compareCommand } from './compare-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { exportCommand } from './export-command.ts';
import { reportCommand } from './report-command.ts';
import { reproduceCommand } from './reproduce-command.ts';
import { resumeCommand } from './resume-command.ts';
import { runCommand } from './run-command.ts';
import { runsCommand } from './runs-command.ts';
import { showCommand } from './show-command.ts';
import type { Streams } from './streams.ts';
import { sweepCommand } from './sweep-command.ts';
import { workerCommand } from './worker-command.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** Runs the command line `softmoe …argv`; returns its exit code. */
export async function runCli(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.recovered;
  const setExitCode = (code: ExitCode) => {
    exitCode = code;
  };
  const commands = [
    runCommand(streams, setExitCode),
    resumeCommand(streams, setExitCode),
    runsCommand(streams, setExitCode),
    showCommand(streams, setExitCode),
    compareCommand(streams, setExitCode),
    exportCommand(streams, setExitCode),
    sweepCommand(streams, setExitCode),
    workerCommand(streams, setExitCode),
    reportCommand(streams),
    reproduceCommand(streams, setExitCode),
    doctorCommand(streams, setExitCode),
  ];
  const program = new Command('softmoe')
    .description('Train, understand and compress soft-routed mixtures of experts.')
    .version(version);
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands, ...commands.flatMap(({ commands }) => commands)]) {
    command
      .exitOverride()
      .showHelpAfterError('(softmoe run --help lists every option)')
      .configureOutput({
        writeOut: (text) => streams.stdout.write(text),
        writeErr: (text) => streams.stderr.write(text),
      });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.recovered : exitCodes.usage;
    }
    if (error instanceof SoftmoeError) {
      streams.stderr.write(`${error.name}: ${error.message}\n`);
      return exitCodes.usage;
    }
    streams.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCodes.unexpected;
  }
}
