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
  Reply,
  Request,
  RunsOn,
  Source,
} from '../protocol.ts';
import { createWorker } from './create-worker.ts';

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
  #run = 0;
  #id = 0;
  #drawing = 0;
  #waiting = new Map<number, (reply: Reply) => void>();
  #pending: { milestones?: Milestones; rate?: number; plane?: Plane } = {};
  #impatience: ReturnType<typeof setTimeout> | undefined;
  #memory: { pace?: Request; plane?: Request } = {};

  constructor() {
    this.#spawn();
  }

  start(source: Source, options: { paused?: boolean; history?: History } = {}): void {
    this.#run++;
    this.error = undefined;
    this.#reset(options.history);
    const request: Request = {
      type: 'start',
      run: this.#run,
      source,
      paused: options.paused ?? false,
      ...(this.kernel === undefined ? {} : { kernel: this.kernel }),
    };
    this.#send(request);
    clearTimeout(this.#impatience);
    // A worker that is still loading is not stuck.
    if (!this.#loaded) return;
    this.#impatience = setTimeout(() => {
      this.#spawn();
      this.#send(request);
    }, PATIENCE);
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
    const worker = createWorker();
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#take(data));
    worker.addEventListener('error', ({ message }) => {
      this.error = {
        during: 'start',
        report: { message: message || 'The worker failed.', remedy: 'Reload the page.' },
      };
      this.activity = 'failed';
    });
    this.#worker = worker;
    for (const request of Object.values(this.#memory)) this.#send(request);
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
    if ('run' in reply && reply.run !== this.#run && reply.run !== 0) return;
    switch (reply.type) {
      case 'ready':
        this.#loaded = true;
        this.presets = reply.presets;
        return;
      case 'started':
        clearTimeout(this.#impatience);
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
      case 'error':
        clearTimeout(this.#impatience);
        this.error = { during: reply.during, report: reply.error };
    }
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
