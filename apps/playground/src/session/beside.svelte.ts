import type { Config } from '@softmoe/lab';
import { untrack } from 'svelte';
import {
  exactBeside,
  gateBeside,
  hasClosedForm,
  hasOwnGates,
  seedBeside,
  sgdBeside,
} from './draft.ts';
import { Session } from './session.svelte.ts';

/** What a run is shown beside: the other engine from the same start, the run of another seed or gate, or nothing. */
export type Rival = 'engine' | 'seed' | 'gate' | 'nothing';

/**
 * A second run, in a worker of its own: by default beside the exact flow a student of the same start that learns by SGD on
 * TensorFlow.js. It never runs ahead in flow time, but for the exact flow beside an online run.
 */
export class Beside {
  run: Session | undefined = $state.raw();
  #chosen: { exact: Rival; sampled: Rival } = $state({ exact: 'engine', sampled: 'nothing' });
  /** Inputs in a batch of the student that learns by SGD. */
  batchSize: number = $state(4096);
  /** Why there is none, though one is asked for. */
  why: string | undefined = $state();

  readonly #session: Session;
  readonly #stop: () => void;
  /** What `run` was started for, and as what. */
  #key = '';
  #as: Rival = 'nothing';

  constructor(session: Session) {
    this.#session = session;
    this.#stop = $effect.root(() => {
      $effect(() => this.#start());
      $effect(() => this.#follow());
      $effect(() => this.#giveUp());
    });
  }

  /** What there can be beside the run that is shown: its start has to be told by a config. */
  get rivals(): readonly Rival[] {
    const { config, imported } = this.#session;
    if (!config || imported) return ['nothing'];
    return [
      ...(hasClosedForm(config) ? (['engine'] as const) : []),
      'seed',
      ...(hasOwnGates(config.routing) ? (['gate'] as const) : []),
      'nothing',
    ];
  }

  /** What was chosen of it, for each engine apart. */
  get rival(): Rival {
    const chosen = this.#chosen[this.#isExact ? 'exact' : 'sampled'];
    return this.rivals.includes(chosen) ? chosen : 'nothing';
  }

  set rival(rival: Rival) {
    this.#chosen[this.#isExact ? 'exact' : 'sampled'] = rival;
  }

  /** What the run beside is, in two words; undefined without one. */
  get name(): string | undefined {
    const config = this.run?.config;
    if (!config) return undefined;
    if (this.rival === 'seed') return `seed ${config.seed}`;
    if (this.rival === 'gate') return `${config.gate} gate`;
    return this.#isExact ? 'SGD' : 'exact flow';
  }

  /** Whether it is the student that learns by SGD, to be drawn as dots. */
  get dotted(): boolean {
    return this.run !== undefined && this.#isExact && this.rival === 'engine';
  }

  get #isExact(): boolean {
    return this.#session.config?.engine === 'exact';
  }

  dispose(): void {
    this.#stop();
    this.run?.dispose();
  }

  #start(): void {
    const { config, shown } = this.#session;
    const { rival, batchSize } = this;
    untrack(() => {
      if (!config || rival === 'nothing') return this.#end();
      const sgd = this.#isExact && rival === 'engine';
      const key = JSON.stringify([shown, rival, sgd && batchSize, learning(config)]);
      if (key === this.#key) return;
      // What another rival has drawn so far is not this one's.
      if (rival !== this.#as) this.#end();
      this.#key = key;
      this.#as = rival;
      this.why = undefined;
      this.run ??= new Session();
      this.run.pace(Number.POSITIVE_INFINITY, false);
      this.run.until(this.#ahead ? Number.POSITIVE_INFINITY : this.#time());
      const source = {
        engine: () => (sgd ? sgdBeside(config, batchSize) : exactBeside(config)),
        seed: () => seedBeside(config),
        gate: () => gateBeside(config),
      }[rival]();
      this.run.start({ kind: 'config', config: source }, { strict: sgd });
    });
  }

  /** The exact flow beside an online run goes ahead of it. */
  get #ahead(): boolean {
    return !this.#isExact && this.rival === 'engine';
  }

  /** The run beside follows: neither waits for the other, but it never overtakes. */
  #follow(): void {
    void this.#session.version;
    if (!this.#ahead) this.run?.until(this.#time());
  }

  #giveUp(): void {
    const { refused, error } = this.run ?? {};
    const report = refused?.reports[0] ?? error?.report;
    if (!report) return;
    untrack(() => {
      const key = this.#key;
      this.#end();
      this.#key = key;
      this.why = report.message;
    });
  }

  #end(): void {
    this.run?.dispose();
    this.run = undefined;
    this.why = undefined;
    this.#key = '';
  }

  #time(): number {
    return this.#session.train.at(-1)?.record.time ?? 0;
  }
}

/** What learning depends on: pruning changes the rest of a config, and where it ends. */
function learning({ prune: _, finetune: __, train, ...config }: Config): unknown {
  return { ...config, train: { ...train, time: 0 } };
}
