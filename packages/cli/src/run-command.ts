import { createReferenceBackend } from '@softmoe/backend';
import {
  type Config,
  type ConfigInput,
  configWarnings,
  createExperiment,
  InterruptedError,
  parseConfig,
  presets,
  runExperiment,
  summaryOf,
} from '@softmoe/lab';
import { createRunFolder } from '@softmoe/lab/node';
import { Command } from 'commander';
import { addConfigOptions, withOptions } from './config-options.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { createProgress } from './progress.ts';
import { readConfig } from './read-config.ts';
import { introduction, story } from './story.ts';
import type { Streams } from './streams.ts';

interface RunOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly [field: string]: unknown;
}

/** `softmoe run [preset|config.json]`. */
export function runCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('run')
    .summary('learn, prune and fine-tune one student')
    .description(
      'Trains an over-parameterised student mixture of experts on a teacher, prunes it and fine-tunes it,\n' +
        "and tells what happened. The student never sees the teacher's parameters or how many experts it has.",
    )
    .argument('[config]', 'a preset or the path of a config.json', 'canonical')
    .option('--out <folder>', 'keep the run in a new folder: config, records, models, result')
    .option('--json', 'print result.json on stdout and nothing else')
    .option('--quiet', 'show no progress');
  addConfigOptions(command);
  command.addHelpText('after', () => help);
  command.action(async (source: string, options: RunOptions) => {
    const fields = withOptions(await readConfig(source), options);
    setExitCode(await run(parseConfig(fields as ConfigInput), options, streams));
  });
  return command;
}

async function run(
  config: Config,
  { out, json, quiet }: RunOptions,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  const experiment = createExperiment(config, { backend: createReferenceBackend() });
  const folder = out === undefined ? undefined : await createRunFolder(out, config);
  for (const warning of configWarnings(config)) stderr.write(`warning: ${warning}\n`);
  if (!json) stdout.write(`${introduction({ config })}\n\n`);

  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const progress = quiet ? undefined : createProgress(config, stderr);
  try {
    const result = await runExperiment(experiment, {
      signal: interrupt.signal,
      onRecord: async (event) => {
        progress?.show(event);
        await folder?.add(event);
      },
    });
    progress?.stop();
    stdout.write(json ? `${JSON.stringify(summaryOf(result), null, 2)}\n` : `${story(result)}\n`);
    if (folder) stderr.write(`kept in ${folder.path}\n`);
    const complete =
      result.recovered === result.teachers && result.certificate.verdict === 'certified';
    return complete ? exitCodes.recovered : exitCodes.notRecovered;
  } catch (error) {
    progress?.stop();
    if (!(error instanceof InterruptedError)) throw error;
    const kept = folder
      ? `; what was done is in ${folder.path}`
      : '; use --out to keep what is done';
    stderr.write(`stopped in the phase '${error.snapshot.phase}'${kept}\n`);
    return exitCodes.interrupted;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await folder?.close();
  }
}

const help = `
Presets:
${Object.entries(presets)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}

Examples:
  softmoe run                                  the canonical experiment
  softmoe run quick --seed 7 --out runs/seven  a small one, kept in a folder
  softmoe run quick --geometry correlated:0.3  a teacher whose experts overlap
  softmoe run quick --students 2 --teachers 3  too few students: see what it says
  softmoe run runs/seven/config.json --json    the same again, for a script

Exit codes:
  0 all teacher experts recovered and certified, 3 not all or not certified,
  2 a bad config, option or file, 130 stopped by Ctrl-C, 1 anything unexpected
`;
