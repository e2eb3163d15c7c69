import { restoreExperiment } from '@softmoe/lab';
import { folderKind, resumeRunFolder, thisMachine } from '@softmoe/runs';
import { Command } from 'commander';
import { type BackendName, backendNameOf, backendOption, openBackend } from '../backend.ts';
import type { ExitCode } from '../exit-codes.ts';
import { type ExecuteOptions, execute, executeOptions } from '../run/execute.ts';
import { resumeData } from '../run/run-data.ts';
import type { Streams } from '../streams.ts';

/** `softmoe resume FOLDER`. */
export function resumeCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('resume')
    .summary('go on with a run that was stopped')
    .description(
      'Goes on from the last checkpoint of a run kept with --out: after Ctrl-C, a crash or a loss of power. A run on a table goes on after the last fit that ended. ' +
        'The result is the same, bit for bit, as without the interruption; it is computed on the backend of the run.',
    )
    .argument('<folder>', 'the folder given to --out')
    .action(async (path: string, options: ExecuteOptions & { backend?: BackendName }) => {
      if ((await folderKind(path)) === 'data') {
        return setExitCode(await resumeData(path, { ...options }, streams));
      }
      const { folder, snapshot, own, about } = await resumeRunFolder(path);
      try {
        const name = options.backend ?? (snapshot.backend && backendNameOf(snapshot.backend));
        const backend = await openBackend(snapshot.config, name);
        const experiment = restoreExperiment(snapshot, {
          backend,
          machine: thisMachine(),
          ...own,
        });
        setExitCode(await execute(experiment, folder, { ...options, git: about.git }, streams));
        backend.dispose();
      } finally {
        await folder.close();
      }
    });
  for (const option of [backendOption(), ...executeOptions()]) command.addOption(option);
  return command;
}
