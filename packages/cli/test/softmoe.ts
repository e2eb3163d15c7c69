import { Writable } from 'node:stream';
import { runCli } from '../src/cli.ts';

/** Runs the command and collects what it prints. */
export async function softmoe(...argv: string[]) {
  const text = { stdout: '', stderr: '' };
  const into = (name: keyof typeof text) =>
    new Writable({
      write(chunk, _, done) {
        text[name] += String(chunk);
        done();
      },
    });
  const code = await runCli(argv, { stdout: into('stdout'), stderr: into('stderr') });
  return { code, ...text };
}
