import { SoftmoeError } from '@softmoe/model';
import { Command, CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { versionOf } from './load-packages.ts';
import type { Streams } from './streams.ts';
import { fit, terminalWidth } from './table.ts';

type CreateCommand = (streams: Streams, setExitCode: (code: ExitCode) => void) => Command;

/** Each is loaded when it is asked for: a run does not wait for what draws reports. */
const loaders: Readonly<Record<string, () => Promise<CreateCommand>>> = {
  run: async () => (await import('./commands/run.ts')).runCommand,
  resume: async () => (await import('./commands/resume.ts')).resumeCommand,
  runs: async () => (await import('./commands/runs.ts')).runsCommand,
  show: async () => (await import('./commands/show.ts')).showCommand,
  certify: async () => (await import('./commands/certify.ts')).certifyCommand,
  compare: async () => (await import('./commands/compare.ts')).compareCommand,
  predict: async () => (await import('./commands/predict.ts')).predictCommand,
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluateCommand,
  export: async () => (await import('./commands/export.ts')).exportCommand,
  config: async () => (await import('./commands/config.ts')).configCommand,
  sweep: async () => (await import('./commands/sweep.ts')).sweepCommand,
  worker: async () => (await import('./commands/worker.ts')).workerCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  reproduce: async () => (await import('./commands/reproduce.ts')).reproduceCommand,
  completion: async () => (await import('./commands/completion.ts')).completionCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
};

/** Runs the command line `softmoe …argv`; returns its exit code. */
export async function runCli(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.recovered;
  const setExitCode = (code: ExitCode) => {
    exitCode = code;
  };
  const [first = '-'] = argv;
  const asked = Object.keys(loaders).filter((name) => name === first);
  const [called = '-'] = first === 'help' ? argv.slice(1) : argv;
  const isUnknown = !Object.hasOwn(loaders, called) && !called.startsWith('-');
  const isVersion = first === '--version' || first === '-V';
  const ofOne = asked.length > 0 && first !== 'completion';
  const needed = ofOne || isVersion ? asked : Object.keys(loaders);
  const commands = await Promise.all(
    needed.map(async (name) => (await loaders[name]!())(streams, setExitCode)),
  );
  const program = new Command('softmoe')
    .description('Train, understand and compress soft-routed mixtures of experts.')
    .version(versionOf('softmoe'));
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands, ...commands.flatMap(({ commands }) => commands)]) {
    command
      .exitOverride()
      .showHelpAfterError(`(${pathOf(command)} --help lists every option)`)
      .configureOutput({
        getOutHelpWidth: () => Math.min(terminalWidth(), 120),
        getErrHelpWidth: () => Math.min(terminalWidth(process.stderr), 120),
        writeOut: (text) => streams.stdout.write(fit(text)),
        writeErr: (text) => streams.stderr.write(fit(text, process.stderr)),
      });
    if (command !== program && command.commands.length > 0) {
      command.enablePositionalOptions().hook('preSubcommand', handDown);
    }
  }
  try {
    // An unknown command is one whatever follows it: with --help it would pass for known.
    await program.parseAsync(isUnknown ? [called] : [...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.recovered : exitCodes.usage;
    }
    if (error instanceof SoftmoeError) {
      const optionOf =
        first === 'run' || first === 'config'
          ? (await import('./run/config-options.ts')).optionOf
          : noOption;
      for (const one of [error, ...error.others]) {
        const option = optionOf(one.field);
        const hint = option ? ` The option is ${option}.` : '';
        const text = `${one.name}: ${one.summary} ${one.remedy}${hint}\n`;
        streams.stderr.write(fit(text, process.stderr));
      }
      return exitCodes.usage;
    }
    streams.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCodes.unexpected;
  }
}

const noOption = (_field: string): string | undefined => undefined;

/** Options before the name of a nested command are its own; those that it does not have would be passed over in silence. */
function handDown(command: Command, nested: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') continue;
    if (!nested.options.some((own) => own.attributeName() === name)) {
      nested.error(`error: unknown option '${option.long}'`);
    }
    nested.setOptionValueWithSource(name, command.getOptionValue(name), 'cli');
  }
}

/** The words that call a command, such as `softmoe sweep merge`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
