import type { RaceReport, Reply, Request } from '../protocol.ts';
import { createWorker, workerFailure } from './create-worker.ts';

/** A race of one training step on all that this browser can do it with, in a worker that lives as long as it takes. */
export class Race {
  report: RaceReport | undefined = $state.raw();
  running: boolean = $state(false);
  error: string | undefined = $state();
  #worker: Worker | undefined;

  start(): void {
    this.stop();
    this.report = undefined;
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
      if (reply.type === 'error') {
        this.error = reply.error.message;
        this.stop();
      }
      if (reply.type !== 'race') return;
      this.report = reply.report;
      if (reply.report.round === reply.report.rounds) this.stop();
    });
    worker.postMessage({ type: 'race' } satisfies Request);
  }

  #fail(cause: unknown): void {
    const { message, remedy } = workerFailure(cause, this.report !== undefined);
    this.error = `${message} ${remedy}`;
    this.stop();
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.running = false;
  }
}
