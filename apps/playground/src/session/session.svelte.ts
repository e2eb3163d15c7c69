import type { Plane } from '@softmoe/figures';
import type { Config, Milestones, Phase, Snapshot, Summary, Warning } from '@softmoe/lab';
import type { ErrorReport } from '../errors.ts';
import type {
  Activity,
  FinetuneMethod,
  Frame,
  PlaneChoice,
  Preset,
  PruneReport,
  PruneRule,
  Refusal,
  Reply,
  Request,
  RunsOn,
  Source,
} from '../protocol.ts';
import { createWorker, workerFailure } from './create-worker.ts';

/** What the page shows of a run; survives a reload. */
export interface History {
  readonly train: readonly Frame[];
  readonly tune: readonly Frame[];
  readonly milestones: Milestones | undefined;
  readonly pruned: PruneReport | undefined;
  readonly summary: Summary | undefined;
}

/** Milliseconds after which a worker that doesn't take up a new run is replaced. */
const PATIENCE = 1500;

/** Milliseconds after which the page says that what computes has not come yet. */
const LATE = 8000;

/** One worker and all that is known of its run. Frames arrive unseen; `version` tells views to draw, once a frame. */
export class Session {
  presets: readonly Preset[] = $state.raw([]);
  runsOn: RunsOn | undefined = $state.raw();
  config: Config | undefined = $state.raw();
  warnings: readonly Warning[] = $state.raw([]);
  imported: boolean = $state(false);
  activity: Activity = $state('idle');
  phase: Phase = $state('train');
  error: { during: Request['type']; report: ErrorReport } | undefined = $state.raw();
  /** Why the run that was asked for last could not start, with its number. */
  refused: (Refusal & { readonly run: number }) | undefined = $state.raw();
  /** Number of the run that is shown; 0 before the first has started. */
  shown: number = $state(0);
  /** What computes is taking long to load. */
  late: boolean = $state(false);
  milestones: Milestones | undefined = $state.raw();
  pruned: PruneReport | undefined = $state.raw();
  summary: Summary | undefined = $state.raw();
  plane: Plane | undefined = $state.raw();
  rate: number = $state.raw(0);
  /** Grows whenever there is something new to draw. */
  version: number = $state(0);
  train: Frame[] = [];
  tune: Frame[] = [];
  /** The kernel variant that the link of the coming runs asks for. */
  kernel: string | undefined = $state();

  #worker: Worker | undefined;
  #loaded = false;
  #asked = 0;
  #history: History | undefined;
  #id = 0;
  #drawing = 0;
  #waiting = new Map<number, (reply: Reply) => void>();
  #pending: { milestones?: Milestones; rate?: number; plane?: Plane } = {};
  #impatience: ReturnType<typeof setTimeout> | undefined;
  #lateness: ReturnType<typeof setTimeout> | undefined;
  #memory: { pace?: Request; plane?: Request } = {};

  constructor() {
    this.#spawn();
  }

  /** Asks for a new run, and returns its number. What is shown stays until it has started, or if it cannot. */
  start(source: Source, options: { paused?: boolean; history?: History } = {}): number {
    const run = ++this.#asked;
    this.error = undefined;
    this.#history = options.history;
    const request: Request = {
      type: 'start',
      run,
      source,
      paused: options.paused ?? false,
      ...(this.kernel === undefined ? {} : { kernel: this.kernel }),
    };
    if (!this.#worker) this.#spawn();
    this.#send(request);
    clearTimeout(this.#impatience);
    // A worker that is still loading is not stuck.
    if (!this.#loaded) return run;
    this.#impatience = setTimeout(() => {
      this.#spawn();
      this.#send(request);
    }, PATIENCE);
    return run;
  }

  pause(): void {
    this.#send({ type: 'pause' });
  }

  resume(): void {
    this.#send({ type: 'resume' });
  }

  step(): void {
    this.#send({ type: 'step' });
  }

  prune(rule?: PruneRule): void {
    this.error = undefined;
    this.#send({ type: 'prune', ...(rule ? { rule: $state.snapshot(rule) } : {}) });
  }

  finetune(method?: FinetuneMethod): void {
    this.error = undefined;
    this.#send({ type: 'finetune', ...(method ? { method } : {}) });
  }

  pace(speed: number, autoplay: boolean): void {
    this.#memory.pace = { type: 'pace', speed, autoplay };
    this.#send(this.#memory.pace);
  }

  draw(axes: PlaneChoice): void {
    this.#memory.plane = { type: 'plane', axes };
    this.#send(this.#memory.plane);
  }

  async snapshot(): Promise<Snapshot | undefined> {
    const reply = await this.#ask((id) => ({ type: 'snapshot', id }));
    return reply.type === 'snapshot' ? reply.snapshot : undefined;
  }

  /** The student as it is now, in safetensors. */
  async model(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const reply = await this.#ask((id) => ({ type: 'model', id }));
    return reply.type === 'model' ? reply.bytes : undefined;
  }

  dispose(): void {
    clearTimeout(this.#impatience);
    clearTimeout(this.#lateness);
    cancelAnimationFrame(this.#drawing);
    this.#worker?.terminate();
  }

  #ask(request: (id: number) => Request): Promise<Reply> {
    const id = ++this.#id;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send(request(id));
    });
  }

  #send(request: Request): void {
    this.#worker?.postMessage(request);
  }

  #spawn(): void {
    this.#worker?.terminate();
    this.#loaded = false;
    this.late = false;
    clearTimeout(this.#lateness);
    try {
      const worker = createWorker();
      worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#take(data));
      worker.addEventListener('error', (event) => this.#fail(event));
      this.#worker = worker;
      this.#lateness = setTimeout(() => {
        this.late = !this.#loaded;
      }, LATE);
    } catch (error) {
      this.#fail(error);
      return;
    }
    for (const request of Object.values(this.#memory)) this.#send(request);
  }

  /** Without a worker nothing goes on: the next run tries a new one. */
  #fail(cause: unknown): void {
    clearTimeout(this.#impatience);
    clearTimeout(this.#lateness);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.late = false;
    this.error = { during: 'start', report: workerFailure(cause, this.#loaded) };
    this.activity = 'failed';
  }

  #reset(history: History | undefined): void {
    this.train = [...(history?.train ?? [])];
    this.tune = [...(history?.tune ?? [])];
    this.milestones = history?.milestones;
    this.pruned = history?.pruned;
    this.summary = history?.summary;
    this.plane = undefined;
    this.phase = 'train';
    this.#pending = {};
    this.version++;
  }

  #take(reply: Reply): void {
    if ('run' in reply && !this.#concerns(reply)) return;
    switch (reply.type) {
      case 'ready':
        this.#loaded = true;
        this.late = false;
        this.presets = reply.presets;
        return;
      case 'started':
        clearTimeout(this.#impatience);
        this.#reset(this.#history);
        this.refused = undefined;
        this.shown = reply.run;
        this.config = reply.config;
        this.warnings = reply.warnings;
        this.runsOn = reply.runsOn;
        this.imported = reply.imported;
        return;
      case 'frame':
        (reply.frame.phase === 'train' ? this.train : this.tune).push(reply.frame);
        this.#pending.milestones = reply.milestones;
        this.#pending.rate = reply.rate;
        this.#drawSoon();
        return;
      case 'plane':
        this.#pending.plane = reply.plane;
        this.#drawSoon();
        return;
      case 'pruned':
        this.tune = [];
        this.summary = undefined;
        this.pruned = reply.report;
        this.config = reply.config;
        this.version++;
        return;
      case 'finetuning':
        this.tune = [];
        this.summary = undefined;
        this.config = reply.config;
        this.version++;
        return;
      case 'done':
        this.summary = reply.summary;
        return;
      case 'activity':
        // What a pause stops at is on the page when it says so: nothing moves after that.
        this.#draw();
        this.activity = reply.activity;
        this.phase = reply.phase;
        return;
      case 'snapshot':
      case 'model':
        this.#waiting.get(reply.id)?.(reply);
        this.#waiting.delete(reply.id);
        return;
      case 'refused':
        clearTimeout(this.#impatience);
        this.refused = reply;
        return;
      case 'error':
        this.error = { during: reply.during, report: reply.error };
    }
  }

  /** Late replies of earlier runs are dropped; until the run that was asked for has started the one shown goes on. */
  #concerns({ type, run }: Extract<Reply, { run: number }>): boolean {
    if (type === 'started' || type === 'refused') return run === this.#asked;
    return run === this.shown || run === this.#asked || run === 0;
  }

  #drawSoon(): void {
    if (!this.#drawing) this.#drawing = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    if (!this.#drawing) return;
    cancelAnimationFrame(this.#drawing);
    this.#drawing = 0;
    const { milestones, rate, plane } = this.#pending;
    this.#pending = {};
    if (milestones) this.milestones = milestones;
    if (rate !== undefined) this.rate = rate;
    if (plane) this.plane = plane;
    this.version++;
  }
}
