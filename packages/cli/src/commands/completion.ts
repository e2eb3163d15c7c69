import { presetNames } from '@softmoe/lab';
import { Argument, Command } from 'commander';
import { bashScript, fishScript, type Menu, zshScript } from '../completion-scripts.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { valuesOf } from '../run/config-options.ts';
import type { Streams } from '../streams.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `softmoe completion SHELL`, of all commands beside it: those must have been loaded. */
export function completionCommand(
  streams: Streams,
  setExitCode: (code: ExitCode) => void,
): Command {
  return new Command('completion')
    .summary('print what lets a shell complete commands and options')
    .description(
      'Prints a script after which the Tab key completes commands, options and their values.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .addHelpText('after', help)
    .action((shell: keyof typeof scripts, _: unknown, { parent }: Command) => {
      streams.stdout.write(scripts[shell](menusOf(parent as Command, '')));
      setExitCode(exitCodes.recovered);
    });
}

const help = `
Where it goes:
  bash  softmoe completion bash > ~/.local/share/bash-completion/completions/softmoe
  zsh   softmoe completion zsh > "\${fpath[1]}/_softmoe"
  fish  softmoe completion fish > ~/.config/fish/completions/softmoe.fish
`;

/** The menu of the command at `path`, the words that lead there, and those below it. */
function menusOf(command: Command, path: string): Menu[] {
  const [argument] = command.registeredArguments;
  const presets = argument?.name() === 'config' ? presetNames : [];
  return [
    {
      path,
      commands: command.commands.map((below) => ({
        word: below.name(),
        about: below.summary() || below.description(),
      })),
      values: [...(argument?.argChoices ?? presets)],
      options: command.options.flatMap((option) => {
        const { long: word, description: about, required: takesValue } = option;
        return word ? [{ word, about, takesValue, values: valuesOf(option) }] : [];
      }),
    },
    ...command.commands.flatMap((below) => menusOf(below, `${path} ${below.name()}`.trim())),
  ];
}
