import { parseConfig, type Snapshot } from '@softmoe/lab';
import { FormatError, type SoftmoeError } from '@softmoe/model';
import { type FileFormat, type Format, parseStrictJson, readFormat } from '@softmoe/model/checks';
import { sha256 } from '@softmoe/tasks/files';
import * as z from 'zod';
import { START_AGAIN } from './run-files.ts';

/** What checkpoint.json says it is. Version 1 had none; the states of 1 and 2 are no longer understood. */
const CHECKPOINT_FORMAT = { name: 'softmoe-checkpoint', version: 3 } as const satisfies Format;

/** A snapshot on disk, with the length of records.jsonl at that point and, but for earlier versions, its SHA-256. */
export interface Checkpoint {
  readonly snapshot: Snapshot;
  readonly recordBytes: number;
  readonly recordSha256?: string | undefined;
}

/** A safetensors file. */
const state = z
  .base64()
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
  .optional();
const numbers = z.array(z.number());
const crossing = z.object({ time: z.number(), step: z.number() });

const schema = z.object({
  format: z.object({
    name: z.literal(CHECKPOINT_FORMAT.name),
    version: z.literal(CHECKPOINT_FORMAT.version),
  }),
  sha256: z.string(),
  recordBytes: z.int().min(0),
  recordSha256: z.string().optional(),
  snapshot: z.object({
    version: z.literal(3),
    config: z.unknown().transform(parseConfig),
    phase: z.enum(['train', 'prune', 'finetune', 'done']),
    backend: z
      .object({
        name: z.string(),
        precision: z.enum(['float64', 'float32']),
        simd: z.enum(['none', 'simd', 'relaxed']),
        threads: z.int().min(1),
        kernels: z.enum(['fused', 'composed']),
      })
      .optional(),
    startLoss: z.number().optional(),
    pairs: z.object({
      found: z.array(
        z.object({
          unit: z.int().min(0),
          teacher: z.int().min(0),
          expert: crossing.extend({ router: z.number() }).exactOptional(),
          router: crossing.exactOptional(),
        }),
      ),
      previous: z.object({ time: z.number(), expert: numbers, router: numbers }).exactOptional(),
    }),
    timing: z.object({ train: z.number(), prune: z.number(), finetune: z.number() }),
    student: state,
    teacher: state,
    trained: state,
    refined: state,
    finetuned: state,
  }),
});

const checkpointFormat: FileFormat<z.output<typeof schema>> = {
  ...CHECKPOINT_FORMAT,
  what: 'checkpoint',
  since: CHECKPOINT_FORMAT.version,
  schema,
};

/** The checkpoint as JSON, with the states as base64 of their safetensors files, and the SHA-256 of all that. */
export function encodeCheckpoint({ snapshot, ...records }: Checkpoint): string {
  const text = (state: Uint8Array | undefined) => state && Buffer.from(state).toString('base64');
  const { student, teacher, trained, refined, finetuned } = snapshot;
  const content = {
    ...records,
    snapshot: {
      ...snapshot,
      student: text(student),
      teacher: text(teacher),
      trained: text(trained),
      refined: text(refined),
      finetuned: text(finetuned),
    },
  };
  return JSON.stringify({
    format: CHECKPOINT_FORMAT,
    sha256: sha256(JSON.stringify(content)),
    ...content,
  });
}

/** The checkpoint that {@link encodeCheckpoint} wrote into `file`. Throws {@link FormatError} for any other text. */
export function decodeCheckpoint(text: string, file: string): Checkpoint {
  const damaged = (problem: string, cause?: unknown) =>
    new FormatError(
      `is damaged: ${problem}`,
      { field: 'checkpoint', value: file, remedy: START_AGAIN },
      { cause },
    );
  let json: unknown;
  try {
    json = parseStrictJson(text, 'checkpoint');
  } catch (cause) {
    throw damaged((cause as SoftmoeError).problem, cause);
  }
  const read = readFormat(json, checkpointFormat, { file, remedy: START_AGAIN });
  const { format: _, sha256: expected, ...content } = json as z.input<typeof schema>;
  if (sha256(JSON.stringify(content)) !== expected) throw damaged('it is not what was written');
  const { recordBytes, recordSha256, snapshot } = read;
  const { startLoss } = snapshot;
  return {
    recordBytes,
    recordSha256,
    snapshot: {
      ...snapshot,
      startLoss,
      trained: snapshot.trained,
      finetuned: snapshot.finetuned,
    },
  };
}
