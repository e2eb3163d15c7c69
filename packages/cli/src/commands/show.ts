import { isCertified, readRun } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { describeProgress, introduction, story } from '../run/story.ts';
import type { Streams } from '../streams.ts';
import { fit } from '../table.ts';

/** `softmoe show RUN`. */
export function showCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('show')
    .summary('print what a run kept in a folder found')
    .description('Prints the story of a run that was kept with --out, or how far it has come.')
    .argument('<run>', 'the folder given to --out')
    .option('--json', 'print result.json, or the config of a run that is not complete')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const run = await readRun(path);
      const { config, result } = run;
      const words = () =>
        [introduction({ config }), result ? story(result) : describeProgress(run)].join('\n\n');
      const text = json ? JSON.stringify(result ?? config, null, 2) : fit(words());
      streams.stdout.write(`${text}\n`);
      setExitCode(!result || isCertified(result) ? exitCodes.recovered : exitCodes.notRecovered);
    });
}
