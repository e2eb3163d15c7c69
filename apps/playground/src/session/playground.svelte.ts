import type { Config } from '@softmoe/lab';
import type { ErrorReport } from '../errors.ts';
import type { Part } from '../protocol.ts';
import { Beside } from './beside.svelte.ts';
import { type Change, changed, shownOf, unpinned, withFaults, withValue } from './draft.ts';
import { type Dropped, takeIn, UNREAD } from './intake.ts';
import { type FileSource, RunFiles } from './run-files.ts';
import { Session } from './session.svelte.ts';
import { loadSaved, type Saved, save } from './storage.ts';
import { Sweep } from './sweep.svelte.ts';
import { fromHash, toHash } from './url.ts';

/** What a first visit opens on. */
const STORY = 'story';

/** Milliseconds without a further change before a run starts anew. */
const SETTLE = 180;

/** Milliseconds between two savings of a session. */
const SAVE_EVERY = 4000;

/** The state of an entry of the browser's history. */
interface Entry {
  /** Number of the file that its run starts from, if it starts from one. */
  readonly file?: number;
}

const fingerprint = (config: Config): string =>
  toHash(config, undefined, false).split('&').sort().join('&');

/** The page's state: the session, the link that describes it, and what is remembered of it. */
export class Playground {
  readonly session: Session = new Session();
  readonly sweep: Sweep = new Sweep();
  /** The other engine's run from the same start. */
  readonly beside: Beside = new Beside(this.session);
  /** Who wants less motion sees results rather than curves that grow. */
  speed: number = $state(
    matchMedia('(prefers-reduced-motion: reduce)').matches ? Number.POSITIVE_INFINITY : 1,
  );
  autoplay: boolean = $state(false);
  notice: string | undefined = $state();
  /** The figure whose explanation is unfolded, by id. */
  explained: string | undefined = $state();

  /** Where a file was let fall, and what to say if no run can start from it. */
  dropped: Dropped | undefined = $state.raw();

  #settling: ReturnType<typeof setTimeout> | undefined;
  #saving: ReturnType<typeof setInterval> | undefined;
  /** What controls were turned to and no run has answered to yet: as it will be asked for, and as controls show it. */
  #draft: { readonly config: unknown; readonly shown: Config } | undefined = $state.raw();
  /** Number of the run that answers to the draft; infinite while controls still move. */
  #answers: number = $state(0);
  #hash = '';
  /** What the run that is asked for makes of the browser's history: an entry of its own, with the file it starts from. */
  #entry: Entry | undefined;
  readonly #files: RunFiles = new RunFiles();
  #stop: () => void;

  constructor() {
    this.#stop = $effect.root(() => {
      $effect(() => this.#writeLink());
      $effect(() => this.#settle());
    });
  }

  /** What controls show: what they were turned to, or what was asked for and refused, or else the config of the run. */
  get asked(): Config | undefined {
    const { config, refused } = this.session;
    return (
      this.#draft?.shown ?? (refused?.config ? withFaults(refused.config, refused.reports) : config)
    );
  }

  /** What is wrong with what was asked for, but for a file, which has its own place. */
  get faults(): readonly ErrorReport[] {
    const { refused } = this.session;
    return refused && refused.run !== this.dropped?.run ? refused.reports : [];
  }

  /** What is wrong with the file that was let fall last. */
  get rubbish(): readonly ErrorReport[] {
    const { refused } = this.session;
    return refused && refused.run === this.dropped?.run ? refused.reports : [];
  }

  /** The preset whose config this run has. */
  get preset(): string | undefined {
    const { config: mine, imported } = this.session;
    if (!mine || imported) return undefined;
    const text = fingerprint(mine);
    return this.session.presets.find(({ config }) => fingerprint(config) === text)?.name;
  }

  async open(): Promise<void> {
    const saved = await loadSaved();
    if (saved && (location.hash === '' || location.hash === saved.hash)) this.#restore(saved);
    else this.followLink();
    this.#saving = setInterval(() => void this.#save(), SAVE_EVERY);
    addEventListener('pagehide', () => void this.#save());
  }

  /** Starts what the address says, unless it is what runs already. */
  followLink(again: boolean = false): void {
    if (!again && location.hash !== '' && location.hash === this.#hash) return;
    const link = fromHash(location.hash);
    this.#forget();
    this.autoplay = link.autoplay;
    this.session.kernel = link.kernel;
    this.notice = undefined;
    if (link.preset !== undefined) {
      this.session.start({ kind: 'preset', name: link.preset, changes: link.config });
    } else if (link.config !== undefined) {
      this.session.start({ kind: 'config', config: link.config });
    } else this.session.start({ kind: 'preset', name: STORY });
  }

  /** Back or forward in the browser's history: starts from the file of that entry, if it has one; else its link is followed. */
  travel(state: unknown): void {
    const file = this.#files.ofEntry((state as Entry | null)?.file);
    if (!file) {
      this.followLink();
      return;
    }
    this.#forget();
    this.#hash = location.hash;
    this.#startFile(file);
  }

  choosePreset(name: string, options: { paused?: boolean } = {}): void {
    this.#forget();
    this.#entry = {};
    this.session.kernel = undefined;
    this.notice = undefined;
    this.session.start({ kind: 'preset', name }, options);
  }

  restart(): void {
    const config = this.#draft?.config ?? this.asked;
    if (config) this.#ask(config, this.faults);
    else this.followLink(true);
  }

  /** The control of a field was moved: the run starts anew once it rests. */
  change(field: string, change: Change): void {
    const { asked } = this;
    if (!asked) return;
    const others = this.faults.filter((fault) => fault.field !== field);
    const next = changed((this.#draft?.config as Config | undefined) ?? asked, change);
    this.#draft = { config: next, shown: shownOf(asked, next) };
    this.#answers = Infinity;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#ask(next, others), SETTLE);
  }

  /** Takes a file that was chosen, or let fall at a place on the screen; of several at once none. */
  async importFiles(files: readonly File[], at?: Dropped['at']): Promise<void> {
    this.#forget();
    const { told, ...taken } = await takeIn(files);
    let run = UNREAD;
    if ('refused' in taken) this.session.refused = { run, reports: [taken.refused] };
    else {
      const { config } = this.session;
      const base = config && unpinned(config);
      run = this.#startFile({ kind: 'file', ...taken, config: base }, true);
    }
    this.dropped = { run, told, ...(at ? { at } : {}) };
  }

  /** The name of the file whose model is in this run, if it is known. */
  get file(): string | undefined {
    return this.session.imported && this.#model?.name;
  }

  get #model(): FileSource | undefined {
    return this.#files.ofRun(this.session.shown);
  }

  /** Starts anew with the model of the file as another part of the run. */
  takeAs(as: Part): void {
    const [file, { config }] = [this.#model, this.session];
    if (!file) return;
    this.#forget();
    this.#startFile({ ...file, as, config: config && unpinned(config) }, true);
  }

  #startFile(source: FileSource, entry = false): number {
    if (entry) this.#entry = { file: this.#files.keep(source) };
    const run = this.session.start(source);
    this.#files.started(run, source);
    return run;
  }

  /** What was wrong with a file has been read. */
  dismiss(): void {
    this.#forget();
    this.session.refused = undefined;
  }

  /** Asks anew with a wrong field at another value, or, without one, left out. */
  correct(field: string, value: number | string | undefined): void {
    const { asked } = this;
    if (!asked) return;
    const others = this.faults.filter((fault) => fault.field !== field);
    this.#ask(value === undefined ? asked : withValue(asked, field, value), others);
  }

  /** Starts a config; what is still wrong with it is told again. */
  #ask(config: unknown, faults: readonly ErrorReport[]): void {
    clearTimeout(this.#settling);
    const whole = faults.reduce<unknown>(
      (tree, { field, value }) => (field ? withValue(tree as object, field, value) : tree),
      config,
    );
    this.notice = undefined;
    this.#entry = undefined;
    const file = this.session.imported?.as === 'teacher' ? this.#model : undefined;
    this.#answers = file
      ? this.#startFile({ ...file, config: whole })
      : this.session.start({ kind: 'config', config: whole });
  }

  /** Another run is asked for than the one that controls were turned to. */
  #forget(): void {
    clearTimeout(this.#settling);
    if (this.rubbish.length > 0) this.session.refused = undefined;
    this.#draft = undefined;
    this.#answers = 0;
    this.#entry = undefined;
    this.dropped = undefined;
  }

  /** A draft has done its work when its run has started or was refused. */
  #settle(): void {
    const { shown, refused } = this.session;
    if (refused) this.#entry = undefined;
    if (Math.max(shown, refused?.run ?? 0) >= this.#answers) this.#draft = undefined;
  }

  dispose(): void {
    clearTimeout(this.#settling);
    clearInterval(this.#saving);
    this.#stop();
    this.session.dispose();
    this.sweep.stop();
    this.beside.dispose();
  }

  #writeLink(): void {
    const { config, runsOn } = this.session;
    if (!config || !runsOn) return;
    const variant = config.engine === 'exact' ? undefined : runsOn.kernel;
    this.#hash = `#${toHash(config, variant, this.autoplay)}`;
    const entry = this.#entry;
    this.#entry = undefined;
    // A run of one's own choice can be left by going back; what a control changes is the same entry.
    if (entry && (location.hash !== this.#hash || entry.file !== undefined)) {
      history.pushState(entry, '', this.#hash);
    } else if (location.hash !== this.#hash) {
      history.replaceState(this.session.imported ? history.state : null, '', this.#hash);
    }
  }

  #restore({ hash, snapshot, history }: Saved): void {
    this.session.kernel = fromHash(hash).kernel;
    const { teacher: bytes, config } = snapshot;
    const run = this.session.start({ kind: 'snapshot', snapshot }, { paused: true, history });
    const kept = { kind: 'file', name: 'The teacher', config, as: 'teacher' } as const;
    if (bytes) this.#files.started(run, { ...kept, bytes });
    this.notice = 'Your last session, paused where you left it.';
  }

  async #save(): Promise<void> {
    const { session } = this;
    if (!session.config || session.activity === 'failed' || session.train.length === 0) return;
    const history = {
      train: session.train,
      tune: session.tune,
      milestones: session.milestones,
      pruned: session.pruned,
      summary: session.summary,
    };
    const snapshot = await session.snapshot();
    if (snapshot) await save({ version: 2, hash: this.#hash, snapshot, history });
  }
}
