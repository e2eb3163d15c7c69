import { claims, type Scale, scales } from '@softmoe/claims';
import { Command, Option } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { parseCount } from '../numbers.ts';
import { executeReproduction } from '../reproduction/execute-reproduction.ts';
import type { Streams } from '../streams.ts';
import { jobsOption } from './sweep.ts';

interface ReproduceOptions {
  readonly quick?: boolean;
  readonly scale: Scale;
  readonly seedOffset: number;
  readonly only?: string;
  readonly out: string;
  readonly jobs: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly strict?: boolean;
}

/** `softmoe reproduce`. */
export function reproduceCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('reproduce')
    .summary('check the claims, each with its number, interval, figure and verdict')
    .description(
      'Measures what the claims say, over many seeds, and judges each by criteria that stand in the code: it holds, it ' +
        'fails, or it is undecided. Ends with a table and a report. After Ctrl-C or a crash the same command goes on.',
    )
    .option('--quick', 'few seeds, about three minutes on 2 cores (the same as --scale quick)')
    .addOption(
      new Option(
        '--scale <scale>',
        'seeds and sizes: full for narrow intervals, tiny to see how it works',
      )
        .choices(scales)
        .default('full' satisfies Scale),
    )
    .addOption(
      new Option(
        '--seed-offset <seed>',
        'the first seed; from 10000 on none was looked at before the criteria were set',
      )
        .argParser(parseCount)
        .default(0),
    )
    .option('--only <claims>', 'only some claims, such as C3,C5')
    .option('--out <folder>', 'where measurements, findings and report are kept', 'reproduction')
    .addOption(jobsOption())
    .option('--json', 'print the findings as JSON on stdout and nothing else')
    .option('--quiet', 'show no progress')
    .option('--strict', 'exit with 6 unless every claim holds')
    .addHelpText('after', () => help)
    .action(async ({ only, quick, scale, seedOffset, ...options }: ReproduceOptions) => {
      const ids = only?.split(',').map((id) => id.trim());
      setExitCode(
        await executeReproduction(
          ids,
          { scale: quick ? 'quick' : scale, seedOffset },
          options.out,
          options,
          streams,
        ),
      );
    });
}

const help = `
Claims:
${claims.map(({ id, title }) => `  ${id.padEnd(4)} ${title}`).join('\n')}

Examples:
  softmoe reproduce --quick              all claims in about three minutes
  softmoe reproduce                      the same with narrow intervals; states its time first
  softmoe reproduce --only C3,C5         two of them; C2 means C2, C2a, C2b and C2c
  softmoe reproduce --seed-offset 10000  on seeds that had not been looked at when the criteria were set
  softmoe reproduce --quick --json       the findings for a script

Exit codes:
  0 measured and judged to the end, whatever the verdicts; 6 with --strict unless every claim holds,
  2 a bad option: nothing was run, 4 it could not go on, 130 stopped by Ctrl-C, 143 by SIGTERM,
  1 anything unexpected
`;
