import { FormatError, parseStrictJson } from '@softmoe/model';
import { z } from 'zod';
import { parseConfig } from '../config.ts';
import type { Snapshot } from '../snapshot.ts';

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
  recordBytes: z.int().min(0),
  snapshot: z.object({
    version: z.literal(1),
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

/** The checkpoint as JSON, with the states as base64 of their safetensors files. */
export function encodeCheckpoint({ snapshot, recordBytes }: Checkpoint): string {
  const text = (state: Uint8Array | undefined) => state && Buffer.from(state).toString('base64');
  const { student, trained, refined, finetuned } = snapshot;
  return JSON.stringify({
    recordBytes,
    snapshot: {
      ...snapshot,
      student: text(student),
      trained: text(trained),
      refined: text(refined),
      finetuned: text(finetuned),
    },
  });
}

/** The checkpoint that {@link encodeCheckpoint} wrote. Throws {@link FormatError} for any other text. */
export function decodeCheckpoint(text: string, path: string): Checkpoint {
  const remedy = 'Start the run again from its config.json in another folder.';
  const json = parseStrictJson(text, 'checkpoint');
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    throw new FormatError(`is no checkpoint: ${message}`, {
      field: `checkpoint.${at.join('.')}`,
      value: path,
      remedy,
    });
  }
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
