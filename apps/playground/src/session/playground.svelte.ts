import type { Config } from '@softmoe/lab';
import { untrack } from 'svelte';
import { type Change, changed, hasClosedForm } from './draft.ts';
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

  #settling: ReturnType<typeof setTimeout> | undefined;
  #saving: ReturnType<typeof setInterval> | undefined;
  /** What controls have changed and no run has taken up yet. */
  #draft: unknown;
  #hash = '';
  #stop: () => void;

  constructor() {
    this.#stop = $effect.root(() => {
      $effect(() => this.#writeLink());
      $effect(() => this.#followReference());
    });
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
  followLink(): void {
    if (location.hash !== '' && location.hash === this.#hash) return;
    const link = fromHash(location.hash);
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
    this.session.kernel = undefined;
    this.notice = undefined;
    this.session.start({ kind: 'preset', name }, options);
  }

  restart(): void {
    const config = this.#draft ?? this.session.config;
    if (config) this.session.start({ kind: 'config', config });
    else this.choosePreset(STORY);
  }

  /** A control was moved: the run starts anew once it rests. */
  change(change: Change): void {
    const { config } = this.session;
    if (!config) return;
    const next = changed((this.#draft as Config | undefined) ?? config, change);
    this.#draft = next;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#draft = undefined;
      this.notice = undefined;
      this.session.start({ kind: 'config', config: next });
    }, SETTLE);
  }

  async importFile(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { config } = this.session;
    this.session.start({ kind: 'file', name: file.name, bytes, config });
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
      this.reference.start({ kind: 'config', config: changed(config, { engine: 'exact' }) });
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
