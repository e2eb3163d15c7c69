import { recordLine } from '@softmoe/lab';
import { recordsToCsv } from '@softmoe/train';
import type { Frame } from '../protocol.ts';
import type { Session } from './session.svelte.ts';

/** What can be saved of a run, by the names of its files. */
export type FileName =
  | 'config.json'
  | 'records.csv'
  | 'records.jsonl'
  | 'model.safetensors'
  | 'result.json';

type Content = Uint8Array<ArrayBuffer> | string;

/**
 * Such a file; undefined while there is nothing to put into it. All but the model is what the page knows, so that a session
 * that was restored has the same files as before.
 */
export async function fileOf(name: FileName, session: Session): Promise<Content | undefined> {
  const frames = [...session.train, ...session.tune];
  switch (name) {
    case 'config.json':
      return session.config && json(session.config);
    case 'records.csv':
      return tables(frames) || undefined;
    case 'records.jsonl':
      return lines(frames) || undefined;
    case 'model.safetensors':
      return session.model();
    case 'result.json':
      return session.summary && json(session.summary);
  }
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

/** A table for training and one for each stage of fine-tuning, which has fewer students. */
export function tables(frames: readonly Frame[]): string {
  return [undefined, 'online', 'exact', 'sample']
    .map((stage) => frames.filter((frame) => frame.stage === stage))
    .filter((some) => some.length > 0)
    .map((some) => recordsToCsv(some.map(({ record }) => record)))
    .join('\n');
}

function lines(frames: readonly Frame[]): string {
  return frames.map((frame) => `${JSON.stringify(recordLine(frame))}\n`).join('');
}
