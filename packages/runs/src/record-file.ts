import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { FormatError } from '@softmoe/model';
import type { Checkpoint } from './checkpoint.ts';
import type { Written } from './read-file.ts';
import { fileNames, START_AGAIN } from './run-files.ts';

/** What a checkpoint counts of records.jsonl: its length, and its digest but for checkpoints of earlier versions. */
export type RecordCount = Omit<Checkpoint, 'snapshot'>;

/** The records.jsonl of a run, open to append to it. */
export interface RecordFile {
  append(line: string): Promise<void>;
  /** Size and digest of all that was written. */
  written(): Written;
  /** Resolves once all that was written is on disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins a records.jsonl, or opens one and cuts it to what a checkpoint counts. Throws `FormatError` for one that does not begin
 * with the records that the checkpoint counts, which stays as it is.
 */
export async function openRecordFile(
  path: string,
  { recordBytes = 0, recordSha256 }: Partial<RecordCount> = {},
): Promise<RecordFile> {
  const file = await open(path, recordBytes ? 'r+' : 'w').catch((error: NodeJS.ErrnoException) => {
    if (recordBytes === 0 || error.code !== 'ENOENT') throw error;
    throw refused(`is not there, though its checkpoint counts ${recordBytes} bytes of it`, path);
  });
  try {
    const { size } = await file.stat();
    if (size < recordBytes) {
      throw refused(`is shorter than the ${recordBytes} bytes that its checkpoint counts`, size);
    }
    const digest = await digestOf(file, recordBytes);
    const sha256 = () => digest.copy().digest('hex');
    if (recordSha256 !== undefined && sha256() !== recordSha256) {
      throw refused('holds other records than those that its checkpoint counts', path);
    }
    await file.truncate(recordBytes);
    let bytes = recordBytes;
    return {
      async append(text) {
        const line = Buffer.from(text);
        for (let at = 0; at < line.length; ) {
          const { bytesWritten } = await file.write(line, at, line.length - at, bytes + at);
          at += bytesWritten;
        }
        bytes += line.length;
        digest.update(line);
      },
      written: () => ({ bytes, sha256: sha256() }),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The digest of the first `length` bytes of a file, to go on with. */
async function digestOf(file: FileHandle, length: number): Promise<Hash> {
  const digest = createHash('sha256');
  if (length === 0) return digest;
  const read = file.createReadStream({ start: 0, end: length - 1, autoClose: false });
  for await (const chunk of read) digest.update(chunk as Buffer);
  return digest;
}

function refused(problem: string, value: unknown): FormatError {
  return new FormatError(problem, { field: fileNames.records, value, remedy: START_AGAIN });
}
