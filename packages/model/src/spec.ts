import type { ExpertSpec } from './expert.ts';
import type { Expert, Gate } from './function.ts';
import type { GateName, GateSpec } from './gate.ts';
import type { NDArray } from './ndarray.ts';

/** What a soft-routed mixture of experts is, without its numbers: docs/theory.md (1), (2) and (5). */
export type MoESpec = GatedSpec | SharedSpec;

interface CommonSpec {
  /** d, the dimension of x. */
  readonly inputDim: number;
  /** m, the number of units, each a router with its expert. */
  readonly experts: number;
  /** By name and constants, or an object of the user's own. */
  readonly expert: ExpertSpec | Expert;
  /**
   * The frame (`Frame`) whose coordinates router and expert rows are written in, by its name; absent where they are those of
   * the inputs themselves. Set by `toSpan` and `lower`, removed by `lift`.
   */
  readonly frame?: string;
}

/** Every unit has a gate g(v_i·x) of its own, docs/theory.md (1). */
export interface GatedSpec extends CommonSpec {
  /** By name, with the length of the routers where that is not 1, or an object of the user's own. */
  readonly gate: GateName | GateSpec | Gate;
  readonly routing: GatedRouting;
}

/** Units share their gates, such as π = softmax(Vx + b), docs/theory.md (5). */
export interface SharedSpec extends CommonSpec {
  /** Has no meaning here: accepted, so that a spec can always have all its fields, and ignored. */
  readonly gate?: GateName | GateSpec | Gate;
  readonly routing: SharedRouting;
}

/** Routing in which every unit has the gate that the spec names. */
export type GatedRouting = 'independent';
/** Routing in which units share their gates. */
export type SharedRouting = 'softmax';
/** Kinds of routing that a spec can name. */
export type RoutingName = GatedRouting | SharedRouting;

/** Parameters of m units over d dimensions, or a vector of their shape such as a gradient: float64 arrays by name. */
export type Params = {
  /** Rows v_i, [m, d]. */
  readonly router: NDArray;
  /** Rows w_i, [m, d]. */
  readonly expert: NDArray;
  /** a_i, [m]. */
  readonly amplitude: NDArray;
  /** b_i where units share their gates, [m]; gates of their own have none. */
  readonly routerBias?: NDArray;
};

/** Parameters by name; `routerBias` only where units share their gates. */
export type ParameterName = keyof Params;

/** A soft-routed mixture of experts: what it is and its numbers. `createMoE` makes one that is valid. */
export interface MoE {
  readonly spec: MoESpec;
  readonly params: Params;
}

/** Where a parameter lives: each row on the unit sphere, or anywhere. */
type Manifold = 'sphere' | 'free';

/** One parameter of a spec, without its numbers. */
export interface ParameterLayout {
  readonly name: ParameterName;
  readonly shape: readonly number[];
  readonly manifold: Manifold;
}
