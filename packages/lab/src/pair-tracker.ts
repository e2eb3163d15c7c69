import type { MoESpec } from '@softmoe/model';
import { nearestSigns, type StatelessRecord } from '@softmoe/train';
import { ALIGNED, type Milestones } from './milestones.ts';

/** When an overlap reached {@link ALIGNED}, interpolated linearly between two records. */
interface Crossing {
  /** In flow time. */
  readonly time: number;
  /** Flow time between the two records; 0 where the first one already was beyond. */
  readonly step: number;
}

/** A student unit and the teacher unit it aligned with, and when. */
export interface AlignedPair {
  /** Index of the student unit. */
  readonly unit: number;
  /** Flow time at which w_i·w*_j reached 0.5. */
  readonly expert: number;
  /** Flow time at which v_i·v*_j did. */
  readonly router: number;
  /** v_i·v*_j when w_i·w*_j reached 0.5. */
  readonly routerAtExpert: number;
}

/** What was found so far of a student unit and a teacher unit. */
interface Found {
  readonly unit: number;
  readonly teacher: number;
  expert?: Crossing & { readonly router: number };
  router?: Crossing;
}

/** Everything that a tracker needs to go on: plain data, for a snapshot. */
export interface PairTrackerState {
  readonly found: readonly Readonly<Found>[];
  readonly previous?: Point | undefined;
}

/** Overlaps of all pairs at a record, w_i·w*_j and v_i·v*_j by rows of the student, as they are. */
interface Point {
  readonly time: number;
  readonly expert: readonly number[];
  readonly router: readonly number[];
}

/**
 * Follows all pairs of a student and a teacher unit from record to record and notes when their experts and routers first
 * overlap by 0.5, so that times of a pair are times of one unit. Overlaps count with the signs that the symmetries allow,
 * docs/theory.md (6), the same at both ends of an interpolation.
 */
export class PairTracker {
  readonly #teacherAmplitudes: readonly number[];
  readonly #signs: ReturnType<typeof nearestSigns>;
  readonly #found = new Map<number, Found>();
  #previous: Point | undefined;

  /** `teacherAmplitudes` are those of the k teacher units, of which only the signs count. */
  constructor(student: MoESpec, teacherAmplitudes: readonly number[], state?: PairTrackerState) {
    this.#signs = nearestSigns(student);
    this.#teacherAmplitudes = teacherAmplitudes;
    for (const pair of state?.found ?? []) this.#found.set(this.#key(pair), { ...pair });
    this.#previous = state?.previous;
  }

  /** Takes the next record, with overlaps [m, k]; one without them, as of a run without a teacher, tells nothing. */
  add({ time, amplitude, overlaps }: StatelessRecord): void {
    if (!overlaps) return;
    const point = { time, expert: [...overlaps.expert.data], router: [...overlaps.router.data] };
    for (const [unit, a] of amplitude.entries()) {
      for (const [teacher, target] of this.#teacherAmplitudes.entries()) {
        this.#follow(unit, teacher, a * target, point);
      }
    }
    this.#previous = point;
  }

  #follow(unit: number, teacher: number, amplitudes: number, now: Point): void {
    const key = this.#key({ unit, teacher });
    const [w, v] = [now.expert[key] ?? 0, now.router[key] ?? 0];
    if (Math.abs(w) < ALIGNED && Math.abs(v) < ALIGNED) return;
    const sign = this.#signs(w, v, amplitudes);
    const pair = this.#found.get(key) ?? { unit, teacher };
    const before = this.#previous;
    const [w0, v0] = [before?.expert[key], before?.router[key]];
    if (!pair.expert && sign.expert * w >= ALIGNED) {
      const share = shareOf(sign.expert, w0, w);
      const router = sign.router * (v0 === undefined ? v : v0 + share * (v - v0));
      pair.expert = { ...crossing(share, before?.time, now.time), router };
      this.#found.set(key, pair);
    }
    if (!pair.router && sign.router * v >= ALIGNED) {
      pair.router = crossing(shareOf(sign.router, v0, v), before?.time, now.time);
      this.#found.set(key, pair);
    }
  }

  #key({ unit, teacher }: Pick<Found, 'unit' | 'teacher'>): number {
    return unit * this.#teacherAmplitudes.length + teacher;
  }

  #of(teacher: number): Found[] {
    return [...this.#found.values()].filter((pair) => pair.teacher === teacher);
  }

  /** The unit whose expert was the first to align with that of teacher unit `j`, if any was. */
  firstExpert(j: number): { readonly unit: number; readonly time: number } | null {
    const first = earliest(this.#of(j), ({ expert }) => expert?.time);
    return first?.expert ? { unit: first.unit, time: first.expert.time } : null;
  }

  /** The unit of which both expert and router aligned with teacher unit `j` first, if there is one. */
  firstPair(j: number): AlignedPair | null {
    const pair = this.#firstWhole(j);
    if (!pair?.expert || !pair.router) return null;
    const { unit, expert, router } = pair;
    return { unit, expert: expert.time, router: router.time, routerAtExpert: expert.router };
  }

  #firstWhole(j: number): Found | undefined {
    return earliest(this.#of(j), ({ expert, router }) =>
      expert && router ? Math.max(expert.time, router.time) : undefined,
    );
  }

  /** Whether every teacher unit has been found, by an expert alone or by a whole unit. */
  complete(by: 'experts' | 'pairs'): boolean {
    return this.#teacherAmplitudes.every((_, j) =>
      by === 'experts' ? this.firstExpert(j) : this.firstPair(j),
    );
  }

  /** When each teacher unit was found so far. */
  get milestones(): Milestones {
    const followed = this.#teacherAmplitudes.map(
      (_, j) =>
        this.#firstWhole(j) ??
        earliest(this.#of(j), ({ expert }) => expert?.time) ??
        earliest(this.#of(j), ({ router }) => router?.time),
    );
    return {
      expert: followed.map((pair) => pair?.expert?.time ?? null),
      router: followed.map((pair) => pair?.router?.time ?? null),
      unit: followed.map((pair) => (pair ? pair.unit + 1 : null)),
      step: {
        expert: followed.map((pair) => pair?.expert?.step ?? null),
        router: followed.map((pair) => pair?.router?.step ?? null),
      },
    };
  }

  /** Everything needed to go on. */
  get state(): PairTrackerState {
    return {
      found: [...this.#found.values()].map((pair) => ({ ...pair })),
      ...(this.#previous ? { previous: this.#previous } : {}),
    };
  }
}

/** How far on the way from `before` to `now` an overlap with this sign crossed {@link ALIGNED}: 1 without a way. */
function shareOf(sign: number, before: number | undefined, now: number): number {
  if (before === undefined || sign * before >= ALIGNED) return 1;
  return (ALIGNED - sign * before) / (sign * now - sign * before);
}

function crossing(share: number, before: number | undefined, now: number): Crossing {
  if (before === undefined) return { time: now, step: 0 };
  return { time: before + share * (now - before), step: now - before };
}

/** The first of the least time; those without one are left out. */
function earliest(
  pairs: readonly Found[],
  timeOf: (pair: Found) => number | undefined,
): Found | undefined {
  let best: Found | undefined;
  let least = Infinity;
  for (const pair of pairs) {
    const time = timeOf(pair) ?? Infinity;
    if (time < least) [best, least] = [pair, time];
  }
  return best;
}
