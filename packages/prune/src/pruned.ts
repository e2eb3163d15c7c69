import type { Gram, MoE } from '@softmoe/model';
import type { CurvePoint } from './elimination.ts';

/** Gram data of a model against the target; it must give the same answer for the same units every time. */
export type GramOf = (model: MoE) => Gram | Promise<Gram>;

export interface Pruned {
  /** The small model, of `kept.length` units. */
  readonly model: MoE;
  /** For each of its units, the unit of the original that it stands for, ascending. */
  readonly kept: readonly number[];
  /**
   * For each of its units, the original units merged in it: the kept one first, then from the most redundant on, or from the
   * largest share of the gate on where units share their gates.
   */
  readonly merged: readonly (readonly number[])[];
  /** The elimination curve of the original, from all units down to none. */
  readonly curve: readonly CurvePoint[];
  /** Loss of the original with its own amplitudes, from its own Gram data, docs/theory.md (12). */
  readonly lossBefore: number;
  /** Loss of `model` with its own amplitudes, from its own Gram data. */
  readonly lossAfter: number;
}
