import type { Config } from '@softmoe/lab';
import { untrack } from 'svelte';
import type { ErrorReport } from '../errors.ts';
import { type Change, changed, hasClosedForm, shownOf, withFaults, withValue } from './draft.ts';
import { type Dropped, takeIn, UNREAD } from './intake.ts';
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

const fingerprint = (config: Config): string =>
  toHash(config, undefined, false).split('&').sort().join('&');

/** How the exact flow is followed that others are measured against, between whose records the page interpolates. */
const SHORT_STEPS = { method: 'bogackiShampine', tolerance: 2e-5 } as const;

/** The page's state: the session, the link that describes it, and what is remembered of it. */
export class Playground {
  readonly session: Session = new Session();
  readonly sweep: Sweep = new Sweep();
  /** The exact flow beside an online run, while `overlay` asks for it. */
  reference: Session | undefined = $state.raw();
  overlay: boolean = $state(false);
  /** Who wants less motion sees results rather than curves that grow. */
  speed: number = $state(
    matchMedia('(prefers-reduced-motion: reduce)').matches ? Number.POSITIVE_INFINITY : 1,
  );
  autoplay: boolean = $state(false);
  notice: string | undefined = $state();

  /** Where a file was let fall, and what to say if no run can start from it. */
  dropped: Dropped | undefined = $state.raw();

  #settling: ReturnType<typeof setTimeout> | undefined;
  #saving: ReturnType<typeof setInterval> | undefined;
  /** What controls were turned to and no run has answered to yet: as it will be asked for, and as controls show it. */
  #draft: { readonly config: unknown; readonly shown: Config } | undefined = $state.raw();
  /** Number of the run that answers to the draft; infinite while controls still move. */
  #answers: number = $state(0);
  #hash = '';
  #stop: () => void;

  constructor() {
    this.#stop = $effect.root(() => {
      $effect(() => this.#writeLink());
      $effect(() => this.#followReference());
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

  /** Said when an online run cannot have the bits that its link was made with. */
  get kernelNotice(): string | undefined {
    const { runsOn, config, kernel } = this.session;
    const differs = kernel !== undefined && runsOn && kernel !== runsOn.kernel;
    if (!differs || config?.engine === 'exact') return undefined;
    return (
      `This link was made on the ${kernel} kernels, which this browser does not have. The run uses ${runsOn.kernel}, so ` +
      'its last digits differ and, where the flow amplifies them, more.'
    );
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
    } else this.choosePreset(STORY);
  }

  choosePreset(name: string, options: { paused?: boolean } = {}): void {
    this.#forget();
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
    else run = this.session.start({ kind: 'file', ...taken, config: this.session.config });
    this.dropped = { run, told, ...(at ? { at } : {}) };
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
    this.#answers = this.session.start({ kind: 'config', config: whole });
  }

  /** Another run is asked for than the one that controls were turned to. */
  #forget(): void {
    clearTimeout(this.#settling);
    if (this.rubbish.length > 0) this.session.refused = undefined;
    this.#draft = undefined;
    this.#answers = 0;
    this.dropped = undefined;
  }

  /** A draft has done its work when its run has started or was refused. */
  #settle(): void {
    const { shown, refused } = this.session;
    if (Math.max(shown, refused?.run ?? 0) >= this.#answers) this.#draft = undefined;
  }

  dispose(): void {
    clearTimeout(this.#settling);
    clearInterval(this.#saving);
    this.#stop();
    this.session.dispose();
    this.sweep.stop();
    this.reference?.dispose();
  }

  #writeLink(): void {
    const { config, runsOn } = this.session;
    if (!config || !runsOn) return;
    const variant = config.engine === 'exact' ? undefined : runsOn.kernel;
    this.#hash = `#${toHash(config, variant, this.autoplay)}`;
    if (location.hash !== this.#hash) history.replaceState(null, '', this.#hash);
  }

  /** The exact run of the same config, as fast as it goes. */
  #followReference(): void {
    const { config } = this.session;
    const wanted = this.overlay && config && config.engine !== 'exact' && hasClosedForm(config);
    untrack(() => {
      if (!wanted) {
        this.reference?.dispose();
        this.reference = undefined;
        return;
      }
      this.reference ??= new Session();
      this.reference.pace(Number.POSITIVE_INFINITY, false);
      const exact = changed(config, { engine: 'exact', train: SHORT_STEPS });
      this.reference.start({ kind: 'config', config: exact });
    });
  }

  #restore({ hash, snapshot, history }: Saved): void {
    this.session.kernel = fromHash(hash).kernel;
    this.session.start({ kind: 'snapshot', snapshot }, { paused: true, history });
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
