// Serves the built playground: node scripts/serve.js [--port 4173] [--base /some/path/]… [--open]
import { spawn } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    base: { type: 'string', multiple: true, default: ['/'] },
    open: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('../dist/', import.meta.url));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** The file that a path of the address means, or undefined. */
function fileOf(pathname) {
  const base = values.base.find((path) => pathname.startsWith(path));
  if (base === undefined) return undefined;
  const inside = normalize(decodeURIComponent(pathname.slice(base.length)) || 'index.html');
  if (inside.startsWith('..')) return undefined;
  const file = join(root, inside);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

const server = createServer((request, response) => {
  let file;
  try {
    file = fileOf(new URL(request.url ?? '/', 'http://localhost').pathname);
  } catch {
    file = undefined;
  }
  if (!file) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    return;
  }
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'cache-control': file.includes('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  createReadStream(file).pipe(response);
});

server.once('error', (error) => {
  // Another server has the port: any free one will do.
  if (error.code !== 'EADDRINUSE' || !values.open) throw error;
  server.listen(0, 'localhost');
});
server.listen(Number(values.port), 'localhost');
server.on('listening', () => {
  const address = `http://localhost:${server.address().port}${values.base[0]}`;
  console.log(`The playground is at ${address}`);
  if (values.open) openBrowser(address);
});

/** Where there is no browser to open, the address above has to do. */
function openBrowser(address) {
  const [command, ...before] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[
    process.platform
  ] ?? ['xdg-open'];
  spawn(command, [...before, address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
