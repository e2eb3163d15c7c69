import type { Source } from '../protocol.ts';

export type FileSource = Extract<Source, { kind: 'file' }>;

/** Files that runs started from, by entries of the browser's history and by the numbers of the runs; a reload forgets them. */
export class RunFiles {
  readonly #entries: FileSource[] = [];
  readonly #runs: Map<number, FileSource> = new Map();

  /** Keeps the file of a new entry, and gives the number that the entry has to carry. */
  keep(source: FileSource): number {
    return this.#entries.push(source) - 1;
  }

  /** The file of the entry of that number. */
  ofEntry(entry: number | undefined): FileSource | undefined {
    return entry === undefined ? undefined : this.#entries[entry];
  }

  /** A run was started from that file. */
  started(run: number, source: FileSource): void {
    this.#runs.set(run, source);
  }

  /** The file that the run of that number was started from. */
  ofRun(run: number): FileSource | undefined {
    return this.#runs.get(run);
  }
}
