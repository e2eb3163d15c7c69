import { recordLine } from '@softmoe/lab';
import { recordsToCsv } from '@softmoe/train';
import type { Frame } from '../protocol.ts';
import type { Session } from './session.svelte.ts';

/** What can be saved of a run, by the names of its files. */
export type FileName =
  | 'config.json'
  | 'train.csv'
  | 'finetune-online.csv'
  | 'finetune.csv'
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
    case 'train.csv':
    case 'finetune-online.csv':
    case 'finetune.csv':
      return table(name, frames);
    case 'records.jsonl':
      return lines(frames) || undefined;
    case 'model.safetensors':
      return session.model();
    case 'result.json':
      return session.summary && json(session.summary);
  }
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

type TableName = Extract<FileName, `${string}.csv`>;

/** A table for each stage of a run, whose students differ in number, under the names of `softmoe export`. */
export function table(name: TableName, frames: readonly Frame[]): string | undefined {
  const rows = frames.filter((frame) => tableOf(frame) === name);
  return rows.length === 0 ? undefined : recordsToCsv(rows.map(({ record }) => record));
}

/** The table that a record stands in. */
export function tableOf({ phase, stage }: Frame): TableName {
  if (phase === 'train') return 'train.csv';
  return stage === 'online' ? 'finetune-online.csv' : 'finetune.csv';
}

function lines(frames: readonly Frame[]): string {
  return frames.map((frame) => `${JSON.stringify(recordLine(frame))}\n`).join('');
}
