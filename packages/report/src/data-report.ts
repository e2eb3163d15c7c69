import { basename, join, resolve } from 'node:path';
import { comparisonTable, dataWords, readable, sizesTable } from '@softmoe/figures';
import { DATA_CONFIG, readDataRun, shellWord } from '@softmoe/runs';
import type { ReportDocument } from './document.ts';

/**
 * The report of a run on a table: what was learned, the sizes that were tried, and the final model beside others of its size. It has no
 * figures of alignment or recovery, since there is no teacher, and says so. Throws what reading the folder throws.
 */
export async function dataReport(path: string): Promise<ReportDocument> {
  const { result } = await readDataRun(path);
  const words = dataWords(result, readable);
  const { mu, lambdaMax, loss, gradientNorm } = result.certificate;
  return {
    title: `Run ${basename(resolve(path))}: ${words.outcome}`,
    lead: [words.setting, words.absent],
    sections: [
      {
        id: 'comparison',
        heading: 'What it is worth',
        blocks: [
          { kind: 'text', text: words.comparison },
          { kind: 'table', ...comparisonTable(result, readable) },
        ],
      },
      {
        id: 'training',
        heading: 'How it was trained',
        blocks: [
          { kind: 'text', text: `${words.learning}. ${words.start}` },
          { kind: 'text', text: `Pruned: ${words.pruning}.` },
          { kind: 'table', ...sizesTable(result, readable) },
          { kind: 'text', text: `Fine-tuned: ${words.finetuning}` },
          {
            kind: 'table',
            caption: 'The loss on the rows trained on, at the final model',
            columns: ['loss', 'length of the gradient', 'least eigenvalue', 'largest eigenvalue'],
            rows: [[loss, gradientNorm, mu, lambdaMax].map((value) => readable(value))],
          },
        ],
      },
      {
        id: 'columns',
        heading: 'Columns',
        blocks: [
          {
            kind: 'table',
            caption:
              'Mean and standard deviation over the rows trained on; the last is what is learned',
            columns: ['column', 'mean', 'standard deviation'],
            rows: [...result.standardisation.inputs, result.standardisation.target].map(
              ({ name, mean, scale }) => [name, readable(mean), readable(scale)],
            ),
          },
        ],
      },
      {
        id: 'repeat',
        heading: 'Repeat it',
        blocks: [
          {
            kind: 'text',
            text: 'The same config gives the same run on the same file, whose digest it holds:',
          },
          {
            kind: 'code',
            language: 'shell',
            text: `softmoe run ${shellWord(join(path, DATA_CONFIG))}`,
          },
        ],
      },
    ],
  };
}
