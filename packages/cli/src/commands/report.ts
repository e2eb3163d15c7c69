import { reportOf, writeReport } from '@softmoe/report';
import { Command } from 'commander';
import type { Streams } from '../streams.ts';

interface ReportOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** `softmoe report FOLDER`. */
export function reportCommand(streams: Streams): Command {
  return new Command('report')
    .summary('make a page of a run or a sweep, with figures')
    .description(
      'Writes report.html, one file that needs no network, with the story of a run or a sweep in words, figures and tables, ' +
        'and each figure as an SVG file in the folder figures. A run or sweep that is not finished is told as far as it has come.',
    )
    .argument('<folder>', 'the folder of a run or a sweep')
    .option('--out <folder>', 'where report.html and figures go (default: that folder)')
    .option('--json', 'print the paths of what was written as JSON')
    .action(async (folder: string, { out = folder, json }: ReportOptions) => {
      const written = await writeReport(await reportOf(folder), out);
      streams.stdout.write(json ? `${JSON.stringify(written, null, 2)}\n` : `${written.html}\n`);
    });
}
