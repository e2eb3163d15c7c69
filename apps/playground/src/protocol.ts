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

/** A unit to draw alone on that plane: by its place among those that its model has now, from 0. */
export interface UnitChoice {
  readonly of: 'teacher' | 'student';
  readonly index: number;
}

/** A unit alone, at the points of the plane that is drawn. */
export interface UnitPlane extends UnitChoice {
  readonly values: Float64Array;
}

export type PruneRule = Config['prune'];
export type FinetuneMethod = Config['finetune']['method'];

/** What a model from a file is in a run. */
export type Part = 'student' | 'teacher';

/** What came into a run from a file. */
export interface Imported {
  readonly as: Part;
  /** Bare arrays do not say of what units they are: those are the config's. */
  readonly bare: boolean;
}

/** What a run starts from. Nothing in it has been checked: that is the worker's business. */
export type Source =
  | { readonly kind: 'config'; readonly config: unknown }
  | { readonly kind: 'preset'; readonly name: string; readonly changes?: unknown }
  /** A config in JSON; or a model in safetensors, or bare arrays, in the place of the student or the teacher in `config`. */
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly bytes: Uint8Array;
      readonly config: unknown;
      /** Where it is not said a model is the student, and arrays are the teacher. */
      readonly as?: Part;
    }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };

/** What a worker knows from the start of the page's WebAssembly: its name, in JSON. */
export interface WorkerName {
  readonly wasm: boolean;
  readonly simd: boolean;
}

/** What a run computes on, of what a link asked for and this browser has. */
export interface RunsOn {
  /** What sampling computes on, by its own report; undefined where a run draws no samples. */
  readonly backend: BackendInfo | undefined;
  /** Kernel variant of sampling, as links pin it: simd, relaxed or float64. */
  readonly kernel: string | undefined;
  readonly sentence: string;
  /** Why it is not what the page would have chosen, in a sentence; undefined where it is. */
  readonly why?: string | undefined;
}

/** What takes part in a race: the fused kernels in two variants, TensorFlow.js by itself in two, plain JavaScript. */
export type RacerName = 'relaxed' | 'simd' | 'composed' | 'cpu' | 'float64';

/** How one of a race has done so far. */
export interface Racer {
  readonly name: RacerName;
  /** Its own report; undefined where it did not start. */
  readonly backend?: BackendInfo;
  /** Relative distance of its loss on the batch from that in float64. */
  readonly error?: number;
  /** Why it does not take part, in a sentence. */
  readonly why?: string;
  /** Steps a second, the median of its rounds; undefined before the first. */
  readonly speed?: number;
}

export interface RaceReport {
  readonly inputDim: number;
  readonly students: number;
  readonly batchSize: number;
  /** Rounds that are over, of how many. */
  readonly round: number;
  readonly rounds: number;
  readonly racers: readonly Racer[];
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
      /** Refuses to sample on anything but TensorFlow.js, where a stand-in would not do. */
      readonly strict?: boolean;
    }
  | { readonly type: 'pause' | 'resume' | 'step' | 'stop' }
  | { readonly type: 'prune'; readonly rule?: PruneRule }
  | { readonly type: 'finetune'; readonly method?: FinetuneMethod }
  | { readonly type: 'pace'; readonly speed: number; readonly autoplay: boolean }
  /** Training waits where it has come to that flow time, until it may go further. */
  | { readonly type: 'until'; readonly time: number }
  | { readonly type: 'plane'; readonly axes: PlaneChoice; readonly unit?: UnitChoice }
  | { readonly type: 'snapshot' | 'model'; readonly id: number }
  | {
      readonly type: 'sweep';
      readonly id: number;
      readonly dimensions: readonly number[];
      readonly seeds: number;
    }
  | { readonly type: 'race' };

/** Requests about the one run of a worker. */
export type RunRequest = Exclude<Request, { type: 'sweep' | 'race' }>;

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
  /** A run has been taken up: what reads its file or what it computes on is starting, for as long as that takes to come. */
  | { readonly type: 'starting'; readonly run: number }
  | {
      readonly type: 'started';
      readonly run: number;
      readonly config: Config;
      readonly warnings: readonly Warning[];
      readonly runsOn: RunsOn;
      /** What was handed in for this run, which no link can carry; undefined without such. */
      readonly imported: Imported | undefined;
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
  | {
      readonly type: 'plane';
      readonly run: number;
      readonly plane: Plane;
      readonly unit?: UnitPlane;
    }
  | { readonly type: 'snapshot'; readonly id: number; readonly snapshot: Snapshot | undefined }
  | {
      /** The student as it is now, in safetensors. */
      readonly type: 'model';
      readonly id: number;
      readonly bytes: Uint8Array<ArrayBuffer> | undefined;
    }
  | { readonly type: 'sweep'; readonly id: number; readonly point: SweepPoint | undefined }
  | { readonly type: 'race'; readonly report: RaceReport }
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
