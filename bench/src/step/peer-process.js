import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** A peer's process: `ask(verb, argument)` sends a line and waits for the answer. */
export function startPeer({ name, command, args }) {
  const child = spawn(command, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints = (complaints + text).slice(-4000);
  });
  let waiting;
  createInterface({ input: child.stdout }).on('line', (line) => waiting?.resolve(JSON.parse(line)));
  child.on('error', (error) => waiting?.reject(error));
  child.on('close', (code) => {
    waiting?.reject(new Error(`${name} ended with code ${code}:\n${complaints}`));
  });
  return {
    name,
    ask(verb, argument) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        child.stdin.write(`${JSON.stringify({ [verb]: argument })}\n`);
      });
    },
    close() {
      waiting = undefined;
      child.stdin.end();
    },
  };
}
