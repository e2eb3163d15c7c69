import type { BackendInfo } from '@softmoe/backend';
import type { Plane } from '@softmoe/figures';
import type {
  Config,
  Milestones,
  Phase,
  PlacedRecord,
  Snapshot,
  Summary,
  Warning,
} from '@softmoe/lab';
import type { CurvePoint } from '@softmoe/prune';
import type { ErrorReport } from './errors.ts';

export type Axes = Plane['axes'];

/** The plane to draw: through two directions, or where teacher and student differ most. */
export type PlaneChoice = Axes | 'widest';

export type PruneRule = Config['prune'];
export type FinetuneMethod = Config['finetune']['method'];

/** What a run starts from. Nothing in it has been checked: that is the worker's business. */
export type Source =
  | { readonly kind: 'config'; readonly config: unknown }
  | { readonly kind: 'preset'; readonly name: string; readonly changes?: unknown }
  /** A config in JSON or a model in safetensors; the model takes the place of the student in `config`. */
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly bytes: Uint8Array;
      readonly config: unknown;
    }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };

/** What a worker knows from the start: its name, in JSON. */
export interface WorkerName {
  readonly simd: boolean;
}

/** What sampling computes on, of what a link asked for and this browser has. */
export interface RunsOn {
  readonly backend: BackendInfo;
  /** Kernel variant, as links pin it: simd, relaxed or float64. */
  readonly kernel: string;
  readonly sentence: string;
}

/** Why no run could start from a source. */
export interface Refusal {
  /** All that is wrong, a field each; at least one. */
  readonly reports: readonly ErrorReport[];
  /** The config with those fields at their defaults, where it is known. */
  readonly config?: Config;
}

/** From the page to the worker. */
export type Request =
  | {
      readonly type: 'start';
      readonly run: number;
      readonly source: Source;
      readonly paused?: boolean;
      /** The kernel variant that a link asks for; else the fastest there is. */
      readonly kernel?: string;
    }
  | { readonly type: 'pause' | 'resume' | 'step' | 'stop' }
  | { readonly type: 'prune'; readonly rule?: PruneRule }
  | { readonly type: 'finetune'; readonly method?: FinetuneMethod }
  | { readonly type: 'pace'; readonly speed: number; readonly autoplay: boolean }
  | { readonly type: 'plane'; readonly axes: PlaneChoice }
  | { readonly type: 'snapshot' | 'model'; readonly id: number }
  | {
      readonly type: 'sweep';
      readonly id: number;
      readonly dimensions: readonly number[];
      readonly seeds: number;
    };

/** `waiting`: a phase has ended, and the next one waits for a command. */
export type Activity = 'idle' | 'running' | 'paused' | 'waiting' | 'done' | 'failed';

export type Frame = PlacedRecord;

export interface PruneReport {
  readonly kept: readonly number[];
  readonly merged: readonly (readonly number[])[];
  readonly curve: readonly Pick<CurvePoint, 'size' | 'loss'>[];
  readonly lossBefore: number;
  readonly lossAfter: number;
  /** Training ended at that flow time. */
  readonly time: number;
}

export interface Preset {
  readonly name: string;
  readonly about: string;
  readonly config: Config;
}

export interface SweepPoint {
  readonly inputDim: number;
  readonly seed: number;
  /** Best initial expert overlap, and the flow time to alignment 0.5, one pair a teacher expert. */
  readonly pairs: readonly {
    readonly overlap: number;
    readonly expert: number | null;
    readonly router: number | null;
  }[];
}

/** From the worker to the page. Those about a run carry its number: late ones of an earlier run are dropped. */
export type Reply =
  | { readonly type: 'ready'; readonly presets: readonly Preset[] }
  | {
      readonly type: 'started';
      readonly run: number;
      readonly config: Config;
      readonly warnings: readonly Warning[];
      readonly runsOn: RunsOn;
      /** The run starts from a model that was handed in, which no link can carry. */
      readonly imported: boolean;
    }
  | {
      readonly type: 'frame';
      readonly run: number;
      readonly frame: Frame;
      readonly milestones: Milestones;
      /** Steps of the engine in a second of computing, pauses for the eye left out. */
      readonly rate: number;
    }
  | {
      readonly type: 'pruned';
      readonly run: number;
      readonly report: PruneReport;
      readonly config: Config;
    }
  | { readonly type: 'finetuning'; readonly run: number; readonly config: Config }
  | { readonly type: 'done'; readonly run: number; readonly summary: Summary }
  | {
      readonly type: 'activity';
      readonly run: number;
      readonly activity: Activity;
      readonly phase: Phase;
    }
  | { readonly type: 'plane'; readonly run: number; readonly plane: Plane }
  | { readonly type: 'snapshot'; readonly id: number; readonly snapshot: Snapshot | undefined }
  | {
      /** The student as it is now, in safetensors. */
      readonly type: 'model';
      readonly id: number;
      readonly bytes: Uint8Array<ArrayBuffer> | undefined;
    }
  | { readonly type: 'sweep'; readonly id: number; readonly point: SweepPoint | undefined }
  | ({
      /** The run that was asked for cannot start: the one before it, if any, goes on. */
      readonly type: 'refused';
      readonly run: number;
    } & Refusal)
  | {
      readonly type: 'error';
      readonly run: number;
      readonly during: Request['type'];
      readonly error: ErrorReport;
    };
