import { type About, folderKind, isCertified, readDataFolder, readRun } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { dataStory, describeFits } from '../run/data-story.ts';
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
      if ((await folderKind(path)) === 'data') {
        const run = await readDataFolder(path);
        const { config, result, about } = run;
        const found = result ? dataStory(result) : describeFits(run);
        const words = () => fit([...aboutLines(about), found].join('\n\n'));
        streams.stdout.write(`${json ? JSON.stringify(result ?? config, null, 2) : words()}\n`);
        return;
      }
      const run = await readRun(path);
      const { config, result, about } = run;
      const words = () =>
        [
          ...aboutLines(about),
          introduction({ config }),
          result ? story(result) : describeProgress(run),
        ].join('\n\n');
      const { git } = about;
      const found = result && { ...result, ...(git && { git }) };
      const text = json ? JSON.stringify(found ?? config, null, 2) : fit(words());
      streams.stdout.write(`${text}\n`);
      setExitCode(!result || isCertified(result) ? exitCodes.recovered : exitCodes.notRecovered);
    });
}

/** What its user said of a run, and where it was started, as one paragraph, if there is any. */
function aboutLines({ tags = [], note, git }: About): string[] {
  const lines = [
    ...(tags.length > 0 ? [`Tags: ${tags.join(', ')}`] : []),
    ...(note === undefined ? [] : [`Note: ${note}`]),
    ...(git ? [`Git: ${git.commit.slice(0, 12)}${git.dirty ? ', with changes' : ''}`] : []),
  ];
  return lines.length > 0 ? [lines.join('\n')] : [];
}
