import { join } from 'node:path';
import { warningWords } from '@softmoe/figures/words';
import { exportOnnx, exportRun, exportSweepTables, folderKind } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Streams } from '../streams.ts';

interface ExportOptions {
  readonly out?: string;
  readonly onnx?: boolean;
  readonly float32?: boolean;
}

/** `softmoe export RUN`, `softmoe export MODEL --onnx`. */
export function exportCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('export')
    .summary('write a run or a sweep as tables, or a model as ONNX')
    .description(
      'Writes the records of a run kept with --out as tables for other tools: train.csv, finetune.csv (with ' +
        'finetune-online.csv, the stage on fresh batches of an online run, before it), overlaps.csv, and time.npy [R], ' +
        'expert.npy and router.npy [R, m, k] with the overlaps at R times of m students with k teacher experts. ' +
        'Of a sweep: runs.csv, one row a run, and milestones.csv, one row a teacher expert of a run. ' +
        'With --onnx it writes a model instead, as an ONNX file that computes f(x) from inputs [batch, d].',
    )
    .argument('<run>', 'the folder of a run or a sweep; with --onnx also a model (.safetensors)')
    .option('--onnx', 'write a model, or the final student of a run, as an ONNX file')
    .option(
      '--float32',
      'let the ONNX file compute in float32 throughout, for devices without float64',
    )
    .option(
      '--out <path>',
      'where the files go (default: tables, in the folder of the run), or the ONNX file (default: of the name of the model)',
    )
    .action(async (path: string, { onnx, out, float32 }: ExportOptions, command: Command) => {
      if (float32 && !onnx) command.error("error: option '--float32' needs --onnx");
      const files = onnx
        ? [await writeOnnx(path, { ...(out && { out }), ...(float32 && { precision: 'float32' }) })]
        : await exportTables(path, out ?? join(path, 'tables'));
      for (const file of files) streams.stdout.write(`${file}\n`);
      setExitCode(exitCodes.recovered);
    });

  async function exportTables(path: string, out: string): Promise<string[]> {
    return (await folderKind(path)) === 'sweep'
      ? exportSweepTables(path, out)
      : exportRun(path, out);
  }

  async function writeOnnx(...words: Parameters<typeof exportOnnx>): Promise<string> {
    const { file, warnings } = await exportOnnx(...words);
    for (const warning of warnings) streams.stderr.write(`warning: ${warningWords(warning)}\n`);
    return file;
  }
}
