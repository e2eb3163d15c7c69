import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addConfigOptions, withOptions } from './config-options.ts';

function configOf(...argv: string[]): Record<string, unknown> {
  const command = new Command().exitOverride();
  addConfigOptions(command);
  command.parse(argv, { from: 'user' });
  return withOptions({ train: { time: 5 } }, command.opts());
}

it('an option for a field that is true or false takes no value', () => {
  expect(configOf('--train-spectrum', '--seed', '3')).toEqual({
    seed: 3,
    train: { time: 5, spectrum: true },
  });
  expect(configOf()).toEqual({ train: { time: 5 } });
});
