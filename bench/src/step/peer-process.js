import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Starts the process of a peer: `ask(verb, argument)` sends it a line and waits for the answer. */
export function startPeer({ command, args, ...peer }) {
  const child = spawn(command, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints = (complaints + text).slice(-4000);
  });
  let waiting;
  createInterface({ input: child.stdout }).on('line', (line) => waiting?.resolve(JSON.parse(line)));
  child.on('error', (error) => waiting?.reject(error));
  child.on('close', (code) => {
    waiting?.reject(new Error(`${peer.name} ended with code ${code}:\n${complaints}`));
  });
  return {
    ...peer,
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
