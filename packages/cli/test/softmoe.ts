import { Writable } from 'node:stream';
import { runCli } from '../src/cli.ts';

/** Arguments of a run that takes a moment. */
export const small: readonly string[] =
  'run quick --input-dim 24 --teachers 2 --students 8 --seed 1'.split(' ');

/** Runs the command and collects what it prints. */
export function softmoe(...argv: string[]) {
  return start(...argv).ended;
}

/** Starts the command; what it prints is collected until it has `ended`. */
export function start(...argv: string[]) {
  const text = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  const into = (name: keyof typeof text) =>
    new Writable({
      write(chunk, _, done) {
        text[name] += String(chunk);
        for (const look of waiting) look();
        done();
      },
    });
  const ended = runCli(argv, { stdout: into('stdout'), stderr: into('stderr') }).then((code) => ({
    code,
    ...text,
  }));
  /** Resolves once the command has said something of that form on stderr, and rejects if it ends without. */
  async function said(pattern: RegExp): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      waiting.add(() => {
        if (pattern.test(text.stderr)) resolve();
      });
    });
    const missed = ended.then(({ stderr }) => {
      if (!pattern.test(stderr)) throw new Error(`ended without ${pattern}: ${stderr}`);
    });
    await Promise.race([heard, missed]);
  }
  return { ended, said };
}
