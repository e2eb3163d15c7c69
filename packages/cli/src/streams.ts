/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Where a command writes: results on stdout, everything else on stderr. */
export interface Streams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: Output;
}
