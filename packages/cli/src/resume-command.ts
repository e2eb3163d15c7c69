import { createReferenceBackend } from '@softmoe/backend';
import { restoreExperiment } from '@softmoe/lab';
import { resumeRunFolder } from '@softmoe/lab/node';
import { Command } from 'commander';
import { type ExecuteOptions, execute } from './execute.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Streams } from './streams.ts';

/** `softmoe resume FOLDER`. */
export function resumeCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('resume')
    .summary('go on with a run that was stopped')
    .description(
      'Goes on from the last checkpoint of a run kept with --out: after Ctrl-C, a crash or a loss of power. ' +
        'The result is the same, bit for bit, as without the interruption.',
    )
    .argument('<folder>', 'the folder given to --out')
    .option('--json', 'print result.json on stdout and nothing else')
    .option('--quiet', 'show no progress')
    .action(async (path: string, options: ExecuteOptions) => {
      const { folder, snapshot } = await resumeRunFolder(path);
      const experiment = restoreExperiment(snapshot, { backend: createReferenceBackend() });
      setExitCode(await execute(experiment, folder, options, streams));
    });
}
