import './quiet-zod.ts';
import { presetConfig, presetNames, presets } from '@softmoe/lab';
import { reportOf } from '../errors.ts';
import type { Reply, Request, WorkerName } from '../protocol.ts';
import { createBackend } from './backend.ts';
import { Runner } from './runner.ts';
import { sweep } from './sweep.ts';

const post = (reply: Reply) => self.postMessage(reply);

// The listener comes first: what arrives before the backend has started waits, in its order.
const started = start();
self.addEventListener('message', ({ data: request }: MessageEvent<Request>) => {
  void started.then((runner) => {
    if (request.type === 'sweep') void runSweep(request);
    else runner.handle(request);
  });
});
// The page hears of what went wrong at the start through the worker's error event.
started.catch((error: unknown) =>
  setTimeout(() => {
    throw error;
  }),
);

/** The page's `WebAssembly` is the one that counts, and it told its verdict in the worker's name. */
async function start(): Promise<Runner> {
  const { backend, variant, sentence } = await createBackend(JSON.parse(self.name) as WorkerName);
  post({
    type: 'ready',
    presets: presetNames.map((name) => ({
      name,
      about: presets[name].about,
      config: presetConfig(name),
    })),
    backend: backend.info,
    variant,
    sentence,
  });
  return new Runner(backend, post);
}

async function runSweep({
  id,
  dimensions,
  seeds,
}: Extract<Request, { type: 'sweep' }>): Promise<void> {
  try {
    for await (const point of sweep(dimensions, seeds)) post({ type: 'sweep', id, point });
    post({ type: 'sweep', id, point: undefined });
  } catch (error) {
    post({ type: 'error', run: 0, during: 'sweep', error: reportOf(error) });
  }
}
