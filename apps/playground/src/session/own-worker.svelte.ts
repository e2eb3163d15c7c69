import type { Reply, Request } from '../protocol.ts';
import { createWorker, workerFailure } from './create-worker.ts';

/** Work in a worker of its own, which lives as long as it takes. */
export abstract class OwnWorker {
  running: boolean = $state(false);
  error: string | undefined = $state();
  #worker: Worker | undefined;

  /** Whether the worker has answered, so that what fails is no start. */
  protected abstract get begun(): boolean;

  /** A reply that is no error. */
  protected abstract take(reply: Reply): void;

  protected ask(request: Request): void {
    this.stop();
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
      if (reply.type !== 'error') {
        this.take(reply);
        return;
      }
      this.error = reply.error.message;
      this.stop();
    });
    worker.postMessage(request);
  }

  #fail(cause: unknown): void {
    const { message, remedy } = workerFailure(cause, this.begun);
    this.error = `${message} ${remedy}`;
    this.stop();
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.running = false;
  }
}
