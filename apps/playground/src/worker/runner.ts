import {
  configWarnings,
  type Experiment,
  type ExperimentEvent,
  InterruptedError,
  summaryOf,
} from '@softmoe/lab';
import { saveMoE } from '@softmoe/model';
import { reportOf } from '../errors.ts';
import type { Activity, Reply, Request, RunRequest } from '../protocol.ts';
import { type ChosenBackend, exactSentence, NOTHING_SAMPLED, type Wish } from './backend.ts';
import { frameOf, reportOfPruning, startOf } from './experiment.ts';
import { Pace } from './pace.ts';
import { PlanePainter } from './plane-painter.ts';
import { refusalOf } from './refusal.ts';
import { atRest } from './source.ts';

/** Requests that leave a run as it goes. */
const ASIDE: ReadonlySet<Request['type']> = new Set(['plane', 'snapshot', 'model']);
/** Requests that do not wait for a long event to end: it is cut short, and begun again when the run goes on. */
const URGENT: ReadonlySet<Request['type']> = new Set([
  'start',
  'pause',
  'prune',
  'finetune',
  'stop',
]);

/** A run would have to compute on something else than TensorFlow.js, and was asked for not to. The message says why. */
class StandInError extends Error {
  override readonly name = 'StandInError';
}

type ChooseBackend = (wish: Wish) => Promise<ChosenBackend>;

/**
 * Runs one experiment of `@softmoe/lab` at a time, by commands. All work is a queue of tasks, each at most one event
 * long, so that commands take effect between two events, or within one that takes long.
 */
export class Runner {
  #queue: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run = 0;
  #experiment: Experiment | undefined;
  #activity: Activity = 'idle';
  /** Stops the event under way, once that is known to take long. */
  #interrupt: AbortController | undefined;
  #autoplay = false;
  #busy = { steps: 0, seconds: 0, last: 0 };
  readonly #planes = new PlanePainter();
  /** Flow time of the last record of training, and that at which training waits. */
  #time = 0;
  #until = Number.POSITIVE_INFINITY;
  readonly #pace = new Pace();
  readonly #post: (reply: Reply) => void;
  readonly #chooseBackend: ChooseBackend;

  /** `chooseBackend` is asked at the start of every run that samples, for the kernel variant of its link and what it began on. */
  constructor(chooseBackend: ChooseBackend, post: (reply: Reply) => void) {
    this.#chooseBackend = chooseBackend;
    this.#post = post;
  }

  handle(request: RunRequest): void {
    if (!ASIDE.has(request.type)) clearTimeout(this.#timer);
    if (URGENT.has(request.type)) this.#interrupt?.abort();
    this.#do(request.type, () => this.#obey(request));
  }

  #do(during: Request['type'], task: () => Promise<void> | void): void {
    this.#queue = this.#queue.then(async () => {
      try {
        await task();
      } catch (error) {
        this.#post({ type: 'error', run: this.#run, during, error: reportOf(error) });
        if (during === 'resume' || during === 'step') this.#set('failed');
        else this.#goOn();
      }
    });
  }

  async #obey(request: RunRequest): Promise<void> {
    switch (request.type) {
      case 'start':
        return this.#start(request);
      case 'pause':
        if (this.#activity === 'running') this.#set('paused');
        return;
      case 'resume':
        if (this.#activity === 'running') return this.#goOn();
        if (this.#experiment && this.#experiment.phase !== 'done') this.#play();
        return;
      case 'step':
        if (this.#activity === 'running') this.#set('paused');
        return this.#advance(true);
      case 'prune':
        this.#experiment?.prune(request.rule);
        await this.#advance(true);
        return this.#autoplay ? this.#play() : undefined;
      case 'finetune':
        if (!this.#experiment) return;
        this.#experiment.finetune(request.method);
        this.#post({ type: 'finetuning', run: this.#run, config: this.#experiment.config });
        return this.#play();
      case 'pace':
        this.#pace.speed = request.speed;
        this.#autoplay = request.autoplay;
        return this.#goOn();
      case 'until':
        this.#until = request.time;
        return this.#goOn();
      case 'plane':
        this.#planes.choose(request.axes, request.unit);
        this.#paint();
        return;
      case 'snapshot':
        this.#post({ type: 'snapshot', id: request.id, snapshot: this.#experiment?.snapshot() });
        return;
      case 'model': {
        const { id } = request;
        const bytes = this.#experiment && saveMoE(this.#experiment.student);
        this.#post({ type: 'model', id, bytes });
        return;
      }
      case 'stop':
        this.#experiment = undefined;
        return this.#set('idle');
    }
  }

  async #start(request: Extract<Request, { type: 'start' }>): Promise<void> {
    const started = await this.#create(request);
    if (!started) return;
    const { experiment, chosen, imported, read } = started;
    const { run, source, paused } = request;
    this.#run = run;
    this.#planes.clear();
    this.#time = 0;
    this.#busy = { steps: 0, seconds: 0, last: 0 };
    this.#experiment = experiment;
    const { config } = experiment;
    const sentence = [chosen.sentence, exactSentence(config)].join(' ').trim();
    const runsOn = { ...chosen, sentence, backend: chosen.backend?.info };
    const warnings = [...configWarnings(config), ...read];
    this.#post({ type: 'started', run, config, warnings, runsOn, imported });
    if (experiment.phase === 'done') this.#set('done');
    else if (paused) this.#set(atRest(source) ? 'waiting' : 'paused');
    else this.#play();
  }

  /** A new experiment; undefined where the source makes none. That is told, and the run before goes on. */
  async #create({ run, source, kernel, strict }: Extract<Request, { type: 'start' }>) {
    try {
      // What reads a file may take long to come.
      if (source.kind === 'file') this.#post({ type: 'starting', run });
      const { config, begun, create, ...start } = await startOf(source);
      if (config.engine === 'exact') {
        return { ...start, experiment: create(undefined), chosen: NOTHING_SAMPLED };
      }
      this.#post({ type: 'starting', run });
      const chosen = await this.#chooseBackend({ kernel, begun });
      if (strict && chosen.why !== undefined) throw new StandInError(chosen.why);
      return { ...start, experiment: create(chosen.backend), chosen };
    } catch (error) {
      const standIn = error instanceof StandInError;
      const refusal = standIn
        ? { reports: [{ message: error.message }] }
        : refusalOf(error, source);
      this.#post({ type: 'refused', run, ...refusal });
      if (this.#experiment) this.#goOn();
      else this.#set('failed', run);
      return undefined;
    }
  }

  #play(): void {
    this.#pace.restart();
    this.#set('running');
    this.#schedule(0);
  }

  #goOn(): void {
    if (this.#activity === 'running') this.#schedule(0);
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#do('resume', () => this.#advance(false)), wait);
  }

  /** One event, and on to the next if the run goes on by itself. */
  async #advance(once: boolean): Promise<void> {
    const experiment = this.#experiment;
    if (!experiment || (!once && this.#activity !== 'running')) return;
    if (!once && experiment.phase === 'train' && this.#time >= this.#until) return;
    if (experiment.phase === 'prune' && !once && !this.#autoplay) return this.#set('waiting');
    const since = performance.now();
    const event = await this.#next(experiment);
    this.#busy.seconds += (performance.now() - since) / 1000;
    if (!event) return;
    this.#show(event, experiment);
    if (event.phase === 'done') return this.#set('done');
    const atBoundary = event.phase === 'prune' || experiment.phase === 'prune';
    if (once) return this.#set(atBoundary ? 'waiting' : 'paused');
    if (atBoundary && !this.#autoplay) return this.#set('waiting');
    this.#schedule(event.phase === 'prune' ? 600 : this.#pace.waitAfter(event.phase));
  }

  /** The next event; undefined where there is none, or where a request cut it short. */
  async #next(experiment: Experiment): Promise<ExperimentEvent | undefined> {
    const interrupt = new AbortController();
    try {
      return await experiment.next(interrupt.signal, () => {
        this.#interrupt = interrupt;
      });
    } catch (error) {
      if (error instanceof InterruptedError) return undefined;
      throw error;
    } finally {
      this.#interrupt = undefined;
    }
  }

  #show(event: ExperimentEvent, experiment: Experiment): void {
    const run = this.#run;
    switch (event.phase) {
      case 'train':
      case 'finetune': {
        const { record, teacher } = event;
        this.#planes.show(record.state.model, teacher);
        if (event.phase === 'train') this.#time = record.time;
        this.#busy.steps += Math.max(0, record.step - this.#busy.last);
        this.#busy.last = record.step;
        const rate = this.#busy.steps / Math.max(this.#busy.seconds, 1e-6);
        const frame = frameOf(event);
        this.#post({ type: 'frame', run, frame, milestones: experiment.milestones, rate });
        if (this.#planes.due) this.#paint();
        return;
      }
      case 'prune': {
        const { config } = experiment;
        this.#post({ type: 'pruned', run, report: reportOfPruning(event, config), config });
        this.#busy.last = 0;
        return;
      }
      case 'done':
        this.#post({ type: 'done', run, summary: summaryOf(event.result) });
        this.#paint();
    }
  }

  /** Draws the plane of what is shown; where a run goes on, it keeps to the axes that it had. */
  #paint(): void {
    const drawn = this.#planes.draw(this.#activity === 'running');
    if (drawn) this.#post({ type: 'plane', run: this.#run, ...drawn });
  }

  #set(activity: Activity, run: number = this.#run): void {
    this.#activity = activity;
    if (activity === 'paused' || activity === 'waiting') this.#paint();
    const phase = this.#experiment?.phase ?? 'train';
    this.#post({ type: 'activity', run, activity, phase });
  }
}
