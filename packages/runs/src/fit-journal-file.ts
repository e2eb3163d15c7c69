import { open, truncate } from 'node:fs/promises';
import { type DataConfig, type EndedFit, type FitJournal, parseDataConfig } from '@softmoe/lab';
import { FormatError, type NDArray } from '@softmoe/model';
import { type FileFormat, type Format, parseStrictJson, readFormat } from '@softmoe/model/checks';
import { isSealed, seal } from '@softmoe/tasks/files';
import * as z from 'zod';
import { wholeLines } from './read-file.ts';
import { RUN_TABLE_AGAIN } from './run-files.ts';

/** What the first line of fits.jsonl says it is. */
const FITS_FORMAT = { name: 'softmoe-fits', version: 1 } as const satisfies Format;

const header = z.object({
  format: z.object({
    name: z.literal(FITS_FORMAT.name),
    version: z.literal(FITS_FORMAT.version),
  }),
  config: z.unknown().transform(parseDataConfig),
  sha256: z.string(),
});
const headerFormat: FileFormat<z.output<typeof header>> = {
  ...FITS_FORMAT,
  what: 'journal of fits',
  since: 1,
  schema: header,
};

const count = z.int().min(0);
const array = z.object({ shape: z.array(count), data: z.base64() });
const fit = z.object({
  params: z.record(z.string(), array),
  validation: z.object({ rmse: z.number(), meanSquare: z.number(), standardError: z.number() }),
  steps: count,
  best: count,
  reason: z.enum(['validation', 'steps', 'rounding', 'behind']),
  course: z.array(z.number()),
  sha256: z.string(),
});

/** What the fits.jsonl of a run on a table holds: the config that it began with, and in their order the fits that have ended. */
export interface FitJournalContent {
  readonly config: DataConfig;
  readonly fits: readonly EndedFit[];
  /** Without a last line that a crash cut off. */
  readonly bytes: number;
}

/** The first line of a fits.jsonl, with the SHA-256 of its own JSON. */
export function encodeFitHeader(config: DataConfig): string {
  return line(seal({ format: FITS_FORMAT, config }));
}

/** A fit as a line of fits.jsonl: numbers of its model in base64 of their bytes, and the SHA-256 of its own JSON. */
function encodeFit({ params, ...rest }: EndedFit): string {
  const arrays = Object.entries(params).map(([name, { shape, data }]) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return [name, { shape, data: bytes.toString('base64') }];
  });
  return line(seal({ ...rest, params: Object.fromEntries(arrays) }));
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** What {@link encodeFitHeader} and the lines after it hold. Throws {@link FormatError} for any whole line that is something else. */
export function decodeFitJournal(content: Uint8Array, file: string): FitJournalContent {
  const { lines, bytes } = wholeLines(content, file);
  const [first = '', ...rest] = lines;
  const written = parseStrictJson(first, file);
  const { config } = readFormat(written, headerFormat, { file, remedy: RUN_TABLE_AGAIN });
  if (!isSealed(written)) throw damaged(file);
  const fits = rest.map((line, i) => decodeFit(line, `${file}, line ${i + 2}`));
  return { config, fits, bytes };
}

function damaged(file: string): FormatError {
  return new FormatError('is damaged: it is not what was written', {
    field: 'fits',
    value: file,
    remedy: RUN_TABLE_AGAIN,
  });
}

function decodeFit(text: string, file: string): EndedFit {
  const json = parseStrictJson(text, file);
  const { data } = fit.safeParse(json);
  if (!data || !isSealed(json)) throw damaged(file);
  const { params, sha256: _, ...rest } = data;
  const arrays = Object.entries(params).map(
    ([name, { shape, data: base64 }]): [string, NDArray] => [
      name,
      { shape, data: new Float64Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer) },
    ],
  );
  return { ...rest, params: Object.fromEntries(arrays) as unknown as EndedFit['params'] };
}

/** A journal that goes on in the fits.jsonl at `path`, after what it holds: each further fit is on disk once it is kept. */
export async function openFitJournal(
  path: string,
  { fits, bytes }: FitJournalContent,
): Promise<FitJournal & { close(): Promise<void> }> {
  await truncate(path, bytes);
  const file = await open(path, 'a');
  let taken = 0;
  return {
    next: () => fits[taken++],
    async keep(ended) {
      await file.appendFile(encodeFit(ended));
      await file.sync();
    },
    close: () => file.close(),
  };
}
