import { join } from 'node:path';
import { exportRun } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Streams } from '../streams.ts';

/** `softmoe export RUN`. */
export function exportCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('export')
    .summary('write the records of a run as CSV and NumPy files')
    .description(
      'Writes the records of a run kept with --out as tables for other tools: train.csv, finetune.csv (with ' +
        'finetune-online.csv, the stage on fresh batches of an online run, before it), overlaps.csv, and time.npy [R], ' +
        'expert.npy and router.npy [R, m, k] with the overlaps at R times of m students with k teacher experts.',
    )
    .argument('<run>', 'the folder given to --out')
    .option('--out <folder>', 'where the files go (default: tables, in the folder of the run)')
    .action(async (run: string, { out = join(run, 'tables') }: { out?: string }) => {
      for (const path of await exportRun(run, out)) streams.stdout.write(`${path}\n`);
      setExitCode(exitCodes.recovered);
    });
}
