import type { Reply, Request, SweepPoint } from '../protocol.ts';
import { createWorker, workerFailure } from './create-worker.ts';

const DIMENSIONS = [32, 64, 128, 256, 512, 1024, 2048, 4096];
const SEEDS = 5;

/** Small runs over many dimensions in a worker of their own, which lives as long as they take. */
export class Sweep {
  points: readonly SweepPoint[] = $state.raw([]);
  running: boolean = $state(false);
  error: string | undefined = $state();
  readonly total: number = DIMENSIONS.length * SEEDS;
  #worker: Worker | undefined;

  start(): void {
    this.stop();
    this.points = [];
    this.error = undefined;
    this.running = true;
    let worker: Worker;
    try {
      worker = createWorker();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#worker = worker;
    worker.addEventListener('error', (event) => this.#fail(event));
    worker.addEventListener('message', ({ data: reply }: MessageEvent<Reply>) => {
      if (reply.type === 'error') this.error = reply.error.message;
      if (reply.type === 'sweep' && reply.point) this.points = [...this.points, reply.point];
      else if (reply.type === 'sweep' || reply.type === 'error') this.stop();
    });
    const request: Request = { type: 'sweep', id: 1, dimensions: DIMENSIONS, seeds: SEEDS };
    worker.postMessage(request);
  }

  #fail(cause: unknown): void {
    const { message, remedy } = workerFailure(cause, this.points.length > 0);
    this.error = `${message} ${remedy}`;
    this.stop();
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.running = false;
  }
}
