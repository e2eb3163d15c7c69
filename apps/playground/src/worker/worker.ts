import './quiet-zod.ts';
import { presetConfig, presetNames, presets } from '@softmoe/lab';
import { reportOf } from '../errors.ts';
import type { Reply, Request, WorkerName } from '../protocol.ts';
import { chooseBackend } from './backend.ts';
import { Runner } from './runner.ts';
import { sweep } from './sweep.ts';

const post = (reply: Reply) => self.postMessage(reply);

/** The page's `WebAssembly` is the one that counts, and it told its verdict in the worker's name. */
const { simd } = JSON.parse(self.name) as WorkerName;
const runner = new Runner((kernel) => chooseBackend(simd, kernel), post);

// Nothing above may wait: a worker that awaits before it listens loses what the page has sent by then.
self.addEventListener('message', ({ data: request }: MessageEvent<Request>) => {
  if (request.type === 'sweep') void runSweep(request);
  else runner.handle(request);
});

post({
  type: 'ready',
  presets: presetNames.map((name) => ({
    name,
    about: presets[name].about,
    config: presetConfig(name, simd ? {} : { variant: 'float64' }),
  })),
});

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
