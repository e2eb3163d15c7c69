import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runIn } from './checkout.ts';

/** A registry on this machine that takes our packages from anyone and hands on those of others. */
export interface Registry {
  readonly url: string;
  /** What an .npmrc must say to publish there and to install from there. */
  readonly npmrc: string;
  close(): Promise<void>;
}

/** Starts an empty registry, in a process of its own; what others publish comes from the registry that npm is set to. */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'softmoe-registry-'));
  const upstream = runIn(folder, 'npm', 'config', 'get', 'registry').trim();
  const anyone = { access: '$all', publish: '$all' };
  const config = join(folder, 'config.yaml');
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      storage: join(folder, 'storage'),
      uplinks: { upstream: { url: upstream, max_fails: 10, timeout: '60s' } },
      packages: {
        '@softmoe/*': anyone,
        softmoe: anyone,
        '**': { access: '$all', proxy: 'upstream' },
      },
      max_body_size: '50mb',
      log: { type: 'stdout', format: 'json', level: 'warn' },
      web: { enable: false },
    }),
  );
  const port = await freePort();
  const program = join(
    dirname(createRequire(import.meta.url).resolve('verdaccio/package.json')),
    'bin/verdaccio',
  );
  const child = spawn(
    process.execPath,
    [program, '--config', config, '--listen', `127.0.0.1:${port}`],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => Promise.reject(new Error(`the registry ended: ${code}`)));
  await Promise.race([answers(`http://127.0.0.1:${port}/-/ping`), failed]);
  failed.catch(() => {});
  return {
    url: `http://127.0.0.1:${port}/`,
    npmrc: `registry=http://127.0.0.1:${port}/\n//127.0.0.1:${port}/:_authToken=anyone\n`,
    async close() {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await setTimeout(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
