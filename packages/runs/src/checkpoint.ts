import { createHash } from 'node:crypto';
import { parseConfig, type Snapshot } from '@softmoe/lab';
import { FormatError, type SoftmoeError } from '@softmoe/model';
import { parseStrictJson } from '@softmoe/model/checks';
import { z } from 'zod';
import { START_AGAIN } from './run-files.ts';

/** A snapshot on disk, with the length of records.jsonl at that point. */
export interface Checkpoint {
  readonly snapshot: Snapshot;
  readonly recordBytes: number;
}

const bytes = z.base64().optional();
const backend = z.object({
  name: z.string(),
  precision: z.enum(['float64', 'float32']),
  simd: z.enum(['none', 'simd', 'relaxed']),
  threads: z.int().min(1),
  kernels: z.enum(['fused', 'composed']),
});
const times = z.array(z.number().nullable());
const schema = z.object({
  sha256: z.string(),
  recordBytes: z.int().min(0),
  snapshot: z.object({
    version: z.literal(2),
    config: z.unknown(),
    phase: z.enum(['train', 'prune', 'finetune', 'done']),
    backend: backend.optional(),
    startLoss: z.number().optional(),
    milestones: z.object({
      found: z.object({ expert: times, router: times }),
      previous: z
        .object({ time: z.number(), expert: z.array(z.number()), router: z.array(z.number()) })
        .optional(),
    }),
    timing: z.object({ train: z.number(), prune: z.number(), finetune: z.number() }),
    student: bytes,
    trained: bytes,
    refined: bytes,
    finetuned: bytes,
  }),
});

/** The checkpoint as JSON, with the states as base64 of their safetensors files, and the SHA-256 of all that. */
export function encodeCheckpoint({ snapshot, recordBytes }: Checkpoint): string {
  const text = (state: Uint8Array | undefined) => state && Buffer.from(state).toString('base64');
  const { student, trained, refined, finetuned } = snapshot;
  const content = {
    recordBytes,
    snapshot: {
      ...snapshot,
      student: text(student),
      trained: text(trained),
      refined: text(refined),
      finetuned: text(finetuned),
    },
  };
  return JSON.stringify({ sha256: hashOf(content), ...content });
}

function hashOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function versionOf(json: unknown): unknown {
  return (json as { snapshot?: { version?: unknown } } | null)?.snapshot?.version;
}

/** The checkpoint that {@link encodeCheckpoint} wrote. Throws {@link FormatError} with the `path` for any other text. */
export function decodeCheckpoint(text: string, path: string): Checkpoint {
  const damaged = (problem: string, cause?: unknown) =>
    new FormatError(
      `is damaged: ${problem}`,
      {
        field: 'checkpoint',
        value: path,
        remedy: START_AGAIN,
      },
      { cause },
    );
  let json: unknown;
  try {
    json = parseStrictJson(text, 'checkpoint');
  } catch (cause) {
    throw damaged((cause as SoftmoeError).message, cause);
  }
  const version = versionOf(json);
  if (typeof version === 'number' && version !== 2) {
    throw new FormatError(
      `is of version ${version}, and this softmoe goes on from version 2 only`,
      {
        field: 'checkpoint',
        value: path,
        remedy: START_AGAIN,
      },
    );
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    throw damaged(`${at.join('.')}: ${message}`);
  }
  const { sha256, ...content } = json as { sha256: string };
  if (hashOf(content) !== sha256) throw damaged('it is not what was written');
  const { snapshot, recordBytes } = parsed.data;
  const state = (base64: string | undefined) =>
    base64 === undefined ? undefined : new Uint8Array(Buffer.from(base64, 'base64'));
  return {
    recordBytes,
    snapshot: {
      ...snapshot,
      config: parseConfig(snapshot.config),
      startLoss: snapshot.startLoss,
      milestones: { ...snapshot.milestones, previous: snapshot.milestones.previous },
      student: state(snapshot.student),
      trained: state(snapshot.trained),
      refined: state(snapshot.refined),
      finetuned: state(snapshot.finetuned),
    },
  };
}
