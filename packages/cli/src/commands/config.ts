import { createReferenceBackend } from '@softmoe/backend';
import { warningWords } from '@softmoe/figures/words';
import {
  configJsonSchema,
  configWarnings,
  createExperiment,
  dataConfigJsonSchema,
  datasetOf,
  parseConfig,
  pinnedData,
  requireFits,
} from '@softmoe/lab';
import { sweepJsonSchema, thisMachine } from '@softmoe/runs';
import { Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { configOf } from '../run/config-of.ts';
import { addConfigOptions } from '../run/config-options.ts';
import { addDataOptions, dataConfigOf } from '../run/data-options.ts';
import { tableOf } from '../run/run-data.ts';
import type { Streams } from '../streams.ts';

const schemas = {
  config: configJsonSchema,
  sweep: sweepJsonSchema,
  data: dataConfigJsonSchema,
} as const;

interface ConfigOptions {
  readonly schema?: keyof typeof schemas | true;
  readonly quiet?: boolean;
  readonly [field: string]: unknown;
}

/** `softmoe config [preset|config.json]`. */
export function configCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('config')
    .summary('show or check the config of a run')
    .description(
      'Prints the config that softmoe run would use with the same preset or file and options, with all defaults, as JSON that can be ' +
        'run. It is checked as a run is, its teacher or table too; nothing is computed.',
    )
    .argument('[config]', 'a preset or the path of a config.json', 'canonical')
    .addOption(
      new Option(
        '--schema [kind]',
        'print the JSON Schema of a config, one of a run on a table, or of a sweep, for editors',
      ).choices(Object.keys(schemas)),
    )
    .option('--quiet', 'print nothing: the exit code tells whether it is right');
  addConfigOptions(command);
  addDataOptions(command);
  command.addHelpText('after', () => help);
  command.action(async (source: string, { schema, quiet, ...options }: ConfigOptions) => {
    setExitCode(exitCodes.recovered);
    if (schema !== undefined) {
      const content = schemas[schema === true ? 'config' : schema]();
      streams.stdout.write(`${JSON.stringify(content, null, 2)}\n`);
      return;
    }
    const onTable = await dataConfigOf(command.args[0], options);
    if (onTable) {
      const { table, sha256 } = await tableOf(onTable.config);
      datasetOf(table, onTable.config);
      const pinned = pinnedData(onTable.config, sha256);
      if (!quiet) streams.stdout.write(`${JSON.stringify(pinned, null, 2)}\n`);
      return;
    }
    const { config, teacher, own, warnings = [] } = await configOf(source, options);
    requireFits(config, thisMachine(), { fused: true });
    createExperiment(config, {
      backend: createReferenceBackend(),
      ...own,
      ...(teacher ? { teacher } : {}),
    });
    for (const warning of [...warnings, ...configWarnings(config)]) {
      streams.stderr.write(`warning: ${warningWords(warning)}\n`);
    }
    // Parsed again its fields are in the order of the schema, whatever they came from.
    if (!quiet) streams.stdout.write(`${JSON.stringify(parseConfig(config), null, 2)}\n`);
  });
  return command;
}

const help = `
Examples:
  softmoe config quick                         what softmoe run quick uses
  softmoe config quick --seed 7 > seven.json   a file to change and to run
  softmoe config seven.json --quiet            check a file: exit code 0 if it is right, else 2
  softmoe config --schema > config.schema.json name it in a file as "$schema", and editors know the fields
  softmoe config --data x.csv --target y       one of a run on a table, with the digest of its file
  softmoe config --schema sweep                the schema of a sweep.json; data that of a run on a table
`;
