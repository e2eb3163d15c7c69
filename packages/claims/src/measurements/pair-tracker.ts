import { ALIGNED, crossing } from '@softmoe/lab';
import { type MoESpec, ValueError } from '@softmoe/model';
import { expertOf, routingOf } from '@softmoe/model/checks';
import type { TrainRecord } from '@softmoe/train';

/** A student unit and the teacher unit it aligned with, and when. */
export interface AlignedPair {
  readonly unit: number;
  /** Flow time at which w_i·w*_j reached 0.5. */
  readonly expert: number;
  /** Flow time at which v_i·v*_j did. */
  readonly router: number;
  /** v_i·v*_j when w_i·w*_j reached 0.5. */
  readonly routerAtExpert: number;
}

/**
 * Follows all student–teacher pairs from record to record and notes when their experts and routers first overlap by 0.5;
 * crossing times are interpolated linearly. For odd experts, whose units keep their sign. Behind an odd gate
 * (v, w) → (−v, −w) changes nothing, so there both overlaps of a pair count with the sign that makes the expert's positive.
 */
export class PairTracker {
  readonly #m: number;
  readonly #k: number;
  readonly #mirrored: boolean;
  readonly #expertTime: Float64Array;
  readonly #routerTime: Float64Array;
  readonly #routerAtExpert: Float64Array;
  #previous: { time: number; expert: Float64Array; router: Float64Array } | undefined;

  /** Throws {@link ValueError} for experts that are not odd. */
  constructor(student: MoESpec, teachers: number) {
    if (expertOf(student.expert).parity !== 'odd') {
      throw new ValueError('must be an odd function', {
        field: 'expert',
        value: student.expert,
        remedy: 'Use an odd expert such as He_3, whose units keep their sign.',
      });
    }
    this.#m = student.experts;
    this.#k = teachers;
    this.#mirrored = routingOf(student.routing).parity(student) === 'odd';
    const pairs = this.#m * this.#k;
    this.#expertTime = new Float64Array(pairs).fill(Infinity);
    this.#routerTime = new Float64Array(pairs).fill(Infinity);
    this.#routerAtExpert = new Float64Array(pairs).fill(Number.NaN);
  }

  add({ time, overlaps }: TrainRecord): void {
    const sign = overlaps!.expert.data.map((w) => (this.#mirrored && w < 0 ? -1 : 1));
    const expert = overlaps!.expert.data.map((w, p) => sign[p]! * w);
    const router = overlaps!.router.data.map((v, p) => sign[p]! * v);
    const before = this.#previous;
    for (let p = 0; p < expert.length; p++) {
      if (this.#expertTime[p] === Infinity && expert[p]! >= ALIGNED) {
        const share = before ? crossing(before.expert[p]!, expert[p]!) : 1;
        this.#expertTime[p] = before ? before.time + share * (time - before.time) : time;
        const from = before ? before.router[p]! : router[p]!;
        this.#routerAtExpert[p] = from + share * (router[p]! - from);
      }
      if (this.#routerTime[p] === Infinity && router[p]! >= ALIGNED) {
        const share = before ? crossing(before.router[p]!, router[p]!) : 1;
        this.#routerTime[p] = before ? before.time + share * (time - before.time) : time;
      }
    }
    this.#previous = { time, expert, router };
  }

  /** The unit whose expert was the first to align with that of teacher unit `j`, if any was. */
  firstExpert(j: number): { readonly unit: number; readonly time: number } | null {
    let best = { unit: -1, time: Infinity };
    for (let unit = 0; unit < this.#m; unit++) {
      const time = this.#expertTime[unit * this.#k + j]!;
      if (time < best.time) best = { unit, time };
    }
    return best.unit < 0 ? null : best;
  }

  /** The unit of which both expert and router aligned with teacher unit `j` first, if there is one. */
  firstPair(j: number): AlignedPair | null {
    let best: AlignedPair | null = null;
    for (let unit = 0; unit < this.#m; unit++) {
      const p = unit * this.#k + j;
      const [expert, router] = [this.#expertTime[p]!, this.#routerTime[p]!];
      const time = Math.max(expert, router);
      if (time === Infinity || (best && time >= Math.max(best.expert, best.router))) continue;
      best = { unit, expert, router, routerAtExpert: this.#routerAtExpert[p]! };
    }
    return best;
  }

  /** Whether every teacher unit has been found, by an expert alone or by a whole unit. */
  complete(by: 'experts' | 'pairs'): boolean {
    const found = (j: number) => (by === 'experts' ? this.firstExpert(j) : this.firstPair(j));
    return Array.from({ length: this.#k }, (_, j) => found(j)).every((pair) => pair !== null);
  }
}
