import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import type { Browser } from 'playwright-core';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** A folder served as it is. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the files of a folder, and only those, on this machine. */
export async function serve(folder: string): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = normalize(join(folder, decodeURIComponent(pathname)));
    const file = path.endsWith(sep) ? join(path, 'index.html') : path;
    if (!path.startsWith(folder) || !existsSync(file) || statSync(file).isDirectory()) {
      response.writeHead(404).end();
      return;
    }
    const type = types[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type }).end(readFileSync(file));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Opens a page, and gives the lines that its program has sent up to its end. Throws what the page says where it fails. */
export async function linesOf(browser: Browser, url: string): Promise<string[]> {
  const page = await browser.newPage();
  const lines: string[] = [];
  try {
    const ended = new Promise<void>((done, fail) => {
      page.on('pageerror', (error) => fail(new Error(`${url}: ${error.message}`)));
      page.on('requestfailed', (request) => fail(new Error(`${request.url()} failed`)));
      page.on('response', (response) => {
        if (response.status() >= 400 && !response.url().endsWith('/favicon.ico')) {
          fail(new Error(`${response.url()} has status ${response.status()}`));
        }
      });
      const limit = setTimeout(() => fail(new Error(`${url} did not end`)), 120_000);
      void page
        .exposeFunction('softmoeSend', (line: string) => {
          lines.push(line);
          if (!line.includes('"done"')) return;
          clearTimeout(limit);
          done();
        })
        .then(() => page.goto(url))
        .catch(fail);
    });
    await ended;
  } finally {
    await page.close();
  }
  return lines;
}
