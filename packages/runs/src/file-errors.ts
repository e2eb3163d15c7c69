import { SoftmoeError } from '@softmoe/model';
import { RunFolderError } from './run-files.ts';

/** What `read` gives; an error of the file system becomes a {@link RunFolderError} about `path`. */
export async function asReading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new RunFolderError(
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read',
      {
        field: 'run',
        value: path,
        remedy: `Check that it is there and can be read (${(cause as Error).message}).`,
      },
      { cause },
    );
  }
}

/** What `work` does in the folder of a run; an error of the file system becomes a {@link RunFolderError}. */
export async function asWriting<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SoftmoeError) throw cause;
    throw new RunFolderError(
      'cannot be written',
      {
        field: 'run',
        value: path,
        remedy: `Check that it is there and the disk has room (${(cause as Error).message}); go on from what it keeps.`,
      },
      { cause },
    );
  }
}
