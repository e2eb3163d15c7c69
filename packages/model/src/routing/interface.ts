import type { Parity } from '../function.ts';
import type { NDArray } from '../ndarray.ts';
import type { MoE, MoESpec, ParameterLayout, ParameterName, Params } from '../spec.ts';

/**
 * All units at a block of consecutive points. Arrays are [m, stride], unit after unit; columns from `rows` on belong to
 * no point (x = 0 there).
 */
export interface Block {
  /** Index of the block's first point, and number of points. */
  start: number;
  rows: number;
  readonly stride: number;
  /** x, [stride, d]. */
  readonly x: Float64Array;
  /** The gates at the points, such as g(v_i·x), and g′(v_i·x) or what else {@link Routing.slopes} makes of it. */
  readonly gate: Float64Array;
  readonly gateSlope: Float64Array;
  /** h(w_i·x) and h′(w_i·x). */
  readonly expert: Float64Array;
  readonly expertSlope: Float64Array;
}

/** The gates of one block after another. */
interface OpenGates extends Pick<Block, 'gate' | 'gateSlope'> {
  /** Writes the gates, and their slopes, at the points where the routers' logits are z, [m, stride]. */
  open(logits: Float64Array): void;
}

/** How inputs are given to units: what makes their gates out of the routers' logits z_i = v_i·x. */
export interface Routing {
  readonly name: string;
  /**
   * Whether every unit has a gate g(v_i·x) of its own, docs/theory.md (1), as the spec names it. Where it has not, units
   * share their gates and compete: without one of them all the others change.
   */
  readonly ownGates: boolean;
  /** The parameters that routing has in a model of that spec, in stored order. */
  layout(spec: MoESpec): {
    readonly router: ParameterLayout;
    readonly routerBias?: ParameterLayout;
  };
  /** What computes the gates of blocks of `stride` points, in arrays of its own. */
  gates(model: MoE, stride: number): OpenGates;
  /**
   * Writes weights[s] ∂f(x_s)/∂z_i for the logits z of the routers at a block's points to `slopes`, [m, stride].
   * `amplitude` [m]; `outputs`, f(x_s), and `weights` [rows].
   */
  slopes(
    amplitude: Float64Array,
    block: Block,
    outputs: Float64Array,
    weights: Float64Array,
    slopes: Float64Array,
  ): void;
  /** Symmetry of a unit's gate in its router row, docs/theory.md (6). */
  parity(spec: MoESpec): Parity;
  /**
   * The parameters whose rows may all be moved by one vector without changing any function, each by its own,
   * docs/theory.md (6).
   */
  readonly translations: readonly ParameterName[];
  /** The unit vectors that the alignment of routers is measured on, [m, d]; zero for a router without a direction. */
  directions(model: MoE): NDArray;
  /** The logarithms of the units' shares of the gates at x = 0, up to a common number, [m]. */
  logShares(params: Params): Float64Array;
  /**
   * The model in which every group of units is one unit, docs/theory.md (29). Before their mean, units are brought next to
   * the first of the group by the model's symmetries. Groups are taken to be valid; they may share units.
   */
  merge(model: MoE, groups: readonly (readonly number[])[]): MoE;
}
