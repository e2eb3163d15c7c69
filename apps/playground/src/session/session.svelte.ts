import type { Plane } from '@softmoe/figures';
import type { Config, Milestones, Phase, Snapshot, Summary, Warning } from '@softmoe/lab';
import type { ErrorReport } from '../errors.ts';
import type {
  Activity,
  FinetuneMethod,
  Frame,
  Imported,
  PlaneChoice,
  Preset,
  PruneReport,
  PruneRule,
  Refusal,
  Reply,
  Request,
  RunsOn,
  Source,
  UnitChoice,
  UnitPlane,
} from '../protocol.ts';
import { type History, momentsOf, Planes } from './moments.ts';
import { WorkerLink } from './worker-link.ts';

/** One worker and all that is known of its run. Frames arrive unseen; `version` tells views to draw, once a frame. */
export class Session {
  presets: readonly Preset[] = $state.raw([]);
  runsOn: RunsOn | undefined = $state.raw();
  config: Config | undefined = $state.raw();
  warnings: readonly Warning[] = $state.raw([]);
  imported: Imported | undefined = $state.raw();
  activity: Activity = $state('idle');
  phase: Phase = $state('train');
  error: { during: Request['type']; report: ErrorReport } | undefined = $state.raw();
  /** Why the run that was asked for last could not start, with its number. */
  refused: (Refusal & { readonly run: number }) | undefined = $state.raw();
  /** Number of the run that is shown; 0 before the first has started. */
  shown: number = $state(0);
  /** What the run that was asked for last samples on is starting. */
  starting: boolean = $state(false);
  /** What computes is taking long to load. */
  late: boolean = $state(false);
  milestones: Milestones | undefined = $state.raw();
  pruned: PruneReport | undefined = $state.raw();
  summary: Summary | undefined = $state.raw();
  plane: Plane | undefined = $state.raw();
  /** The unit that was asked for, alone on that plane. */
  unit: UnitPlane | undefined = $state.raw();
  rate: number = $state.raw(0);
  /** Grows whenever there is something new to draw. */
  version: number = $state(0);
  /** The planes of earlier moments. */
  readonly planes: Planes = new Planes();
  train: Frame[] = [];
  tune: Frame[] = [];
  /** The kernel variant that the link of the coming runs asks for. */
  kernel: string | undefined = $state();

  readonly #link: WorkerLink;
  #asked = 0;
  #history: History | undefined;
  #drawing = 0;
  #pending: {
    milestones?: Milestones;
    rate?: number;
    drawn?: Pick<Extract<Reply, { type: 'plane' }>, 'plane' | 'unit'>;
  } = {};

  constructor() {
    this.#link = new WorkerLink({
      take: (reply) => this.#take(reply),
      fail: (report) => {
        this.error = { during: 'start', report };
        this.activity = 'failed';
      },
      late: (late) => {
        this.late = late;
      },
    });
  }

  /** Asks for a new run, and returns its number. What is shown stays until it has started, or if it cannot. */
  start(
    source: Source,
    options: { paused?: boolean; history?: History; strict?: boolean } = {},
  ): number {
    const run = ++this.#asked;
    this.error = undefined;
    this.#history = options.history;
    this.#link.start({
      type: 'start',
      run,
      source,
      paused: options.paused ?? false,
      strict: options.strict ?? false,
      ...(this.kernel === undefined ? {} : { kernel: this.kernel }),
    });
    return run;
  }

  pause(): void {
    this.#link.send({ type: 'pause' });
  }

  resume(): void {
    this.#link.send({ type: 'resume' });
  }

  step(): void {
    this.#link.send({ type: 'step' });
  }

  prune(rule?: PruneRule): void {
    this.error = undefined;
    this.#link.send({ type: 'prune', ...(rule ? { rule: $state.snapshot(rule) } : {}) });
  }

  finetune(method?: FinetuneMethod): void {
    this.error = undefined;
    this.#link.send({ type: 'finetune', ...(method ? { method } : {}) });
  }

  pace(speed: number, autoplay: boolean): void {
    this.#link.remember({ type: 'pace', speed, autoplay });
  }

  /** Training waits where it has come to that flow time. */
  until(time: number): void {
    this.#link.remember({ type: 'until', time });
  }

  draw(axes: PlaneChoice, unit?: UnitChoice): void {
    this.#link.remember({ type: 'plane', axes, ...(unit ? { unit } : {}) });
  }

  async snapshot(): Promise<Snapshot | undefined> {
    const reply = await this.#link.ask((id) => ({ type: 'snapshot', id }));
    return reply.type === 'snapshot' ? reply.snapshot : undefined;
  }

  /** The student as it is now, in safetensors. */
  async model(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const reply = await this.#link.ask((id) => ({ type: 'model', id }));
    return reply.type === 'model' ? reply.bytes : undefined;
  }

  dispose(): void {
    cancelAnimationFrame(this.#drawing);
    this.#link.dispose();
  }

  #reset(history: History | undefined): void {
    this.train = [...(history?.train ?? [])];
    this.tune = [...(history?.tune ?? [])];
    this.milestones = history?.milestones;
    this.pruned = history?.pruned;
    this.summary = history?.summary;
    this.plane = undefined;
    this.planes.clear();
    this.unit = undefined;
    this.phase = 'train';
    this.#pending = {};
    this.version++;
  }

  /** Fine-tuning begins anew, or pruning before it. */
  #untune(): void {
    this.tune = [];
    this.summary = undefined;
    this.planes.cut(this.train.length);
  }

  #take(reply: Reply): void {
    if ('run' in reply && !this.#concerns(reply)) return;
    switch (reply.type) {
      case 'ready':
        this.presets = reply.presets;
        return;
      case 'starting':
        this.#link.answered();
        this.starting = true;
        return;
      case 'started':
        this.#link.answered();
        this.starting = false;
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
        this.#pending.drawn = reply;
        this.#drawSoon();
        return;
      case 'pruned':
        this.#untune();
        this.pruned = reply.report;
        this.config = reply.config;
        this.version++;
        return;
      case 'finetuning':
        this.#untune();
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
      case 'refused':
        this.#link.answered();
        this.starting = false;
        this.refused = reply;
        return;
      case 'error':
        this.error = { during: reply.during, report: reply.error };
    }
  }

  /** Late replies of earlier runs are dropped; until the run that was asked for has started the one shown goes on. */
  #concerns({ type, run }: Extract<Reply, { run: number }>): boolean {
    if (type === 'starting' || type === 'started' || type === 'refused') return run === this.#asked;
    return run === this.shown || run === this.#asked || run === 0;
  }

  #drawSoon(): void {
    if (!this.#drawing) this.#drawing = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    if (!this.#drawing) return;
    cancelAnimationFrame(this.#drawing);
    this.#drawing = 0;
    const { milestones, rate, drawn } = this.#pending;
    this.#pending = {};
    if (milestones) this.milestones = milestones;
    if (rate !== undefined) this.rate = rate;
    if (drawn) {
      this.plane = drawn.plane;
      this.unit = drawn.unit;
      this.planes.add(momentsOf(this) - 1, drawn.plane);
    }
    this.version++;
  }
}
