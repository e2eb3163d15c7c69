import './quiet-zod.ts';
import { presetConfig, presetNames, presets } from '@softmoe/lab';
import { reportOf } from '../errors.ts';
import type { Reply, Request, RunRequest, WorkerName } from '../protocol.ts';
import { chooseBackend } from './backend.ts';
import { race } from './race.ts';
import { Runner } from './runner.ts';
import { sweep } from './sweep.ts';

const post = (reply: Reply) => self.postMessage(reply);

/** The page's `WebAssembly` is the one that counts, and it told its verdict in the worker's name. */
const engine = JSON.parse(self.name) as WorkerName;
const runner = new Runner((wish) => chooseBackend(engine, wish), post);

// Nothing above may wait: a worker that awaits before it listens loses what the page has sent by then.
self.addEventListener('message', ({ data: request }: MessageEvent<Request>) => {
  if (request.type === 'sweep') void runSweep(request);
  else if (request.type === 'race') void runRace();
  else runner.handle(here(request));
});

post({
  type: 'ready',
  presets: presetNames.map((name) => ({
    name,
    about: presets[name].about,
    config: presetConfig(name, engine.simd ? {} : { variant: 'float64' }),
  })),
});

/** A preset is a new run, which begins on what this browser has; a link that names a variant keeps it. */
function here(request: RunRequest): RunRequest {
  if (engine.simd || request.type !== 'start' || request.source.kind !== 'preset') return request;
  const changes = { variant: 'float64', ...(request.source.changes as object | undefined) };
  return { ...request, source: { ...request.source, changes } };
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

async function runRace(): Promise<void> {
  try {
    for await (const report of race(engine)) post({ type: 'race', report });
  } catch (error) {
    post({ type: 'error', run: 0, during: 'race', error: reportOf(error) });
  }
}
