import type { ErrorReport } from '../errors.ts';
import type { Reply, Request } from '../protocol.ts';
import { createWorker, workerFailure } from './create-worker.ts';

/** Milliseconds after which a worker that doesn't take up a new run is replaced. */
const PATIENCE = 1500;

/** Milliseconds after which the page says that what computes has not come yet. */
const LATE = 8000;

/** What a link tells of its worker. */
export interface LinkListener {
  /** A reply, but for answers to questions. */
  take(reply: Reply): void;
  /** There is no worker any more: the next run tries a new one. */
  fail(report: ErrorReport): void;
  /** Whether the worker is taking long to load. */
  late(late: boolean): void;
}

/** The way to a worker: one that is stuck or has failed is replaced, and the new one is told what the last one was. */
export class WorkerLink {
  readonly #listener: LinkListener;
  #worker: Worker | undefined;
  #loaded = false;
  #id = 0;
  #waiting = new Map<number, (reply: Reply) => void>();
  #impatience: ReturnType<typeof setTimeout> | undefined;
  #lateness: ReturnType<typeof setTimeout> | undefined;
  #memory = new Map<Request['type'], Request>();

  constructor(listener: LinkListener) {
    this.#listener = listener;
    this.#spawn();
  }

  send(request: Request): void {
    this.#worker?.postMessage(request);
  }

  /** Sends what every worker after this one has to know too; the last request of a type counts. */
  remember(request: Request): void {
    this.#memory.set(request.type, request);
    this.send(request);
  }

  /** Sends a question with a number, and waits for the reply of that number. */
  ask(question: (id: number) => Request): Promise<Reply> {
    const id = ++this.#id;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.send(question(id));
    });
  }

  /** Sends a new run, to another worker if this one does not take it up: see {@link answered}. */
  start(request: Request): void {
    if (!this.#worker) this.#spawn();
    this.send(request);
    this.answered();
    // A worker that is still loading is not stuck.
    if (!this.#loaded) return;
    this.#impatience = setTimeout(() => {
      this.#spawn();
      this.send(request);
    }, PATIENCE);
  }

  /** The run that was sent last has been taken up, or refused. */
  answered(): void {
    clearTimeout(this.#impatience);
  }

  dispose(): void {
    clearTimeout(this.#impatience);
    clearTimeout(this.#lateness);
    this.#worker?.terminate();
  }

  #spawn(): void {
    this.#worker?.terminate();
    this.#loaded = false;
    this.#listener.late(false);
    clearTimeout(this.#lateness);
    try {
      const worker = createWorker();
      worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#take(data));
      worker.addEventListener('error', (event) => this.#fail(event));
      this.#worker = worker;
      this.#lateness = setTimeout(() => this.#listener.late(!this.#loaded), LATE);
    } catch (error) {
      this.#fail(error);
      return;
    }
    for (const request of this.#memory.values()) this.send(request);
  }

  #fail(cause: unknown): void {
    this.dispose();
    this.#worker = undefined;
    this.#listener.late(false);
    this.#listener.fail(workerFailure(cause, this.#loaded));
  }

  #take(reply: Reply): void {
    if (reply.type === 'snapshot' || reply.type === 'model') {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
      return;
    }
    if (reply.type === 'ready') {
      this.#loaded = true;
      this.#listener.late(false);
    }
    this.#listener.take(reply);
  }
}
