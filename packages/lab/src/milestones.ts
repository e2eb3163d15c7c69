/** An overlap that counts as aligned on the way, for the times at which experts and routers align. */
export const ALIGNED = 0.5;

/** Per teacher unit; null where there is none. */
type PerUnit = readonly (number | null)[];

/**
 * When each teacher unit was found: the flow times at which the expert and the router of one student unit reached overlap
 * 0.5 with it. Of several units it is the one of which both did so first; where no whole unit has yet, the one whose
 * expert came first, and without one the one whose router did.
 */
export interface Milestones {
  readonly expert: PerUnit;
  readonly router: PerUnit;
  /** The student unit that is followed, by number from 1. Missing in results of before. */
  readonly unit?: PerUnit;
  /** Flow time between the two records that a time was interpolated between; 0 for the first record. Likewise. */
  readonly step?: { readonly expert: PerUnit; readonly router: PerUnit };
}

/** Records further apart than this share of a time do not tell it well enough to compare it with another within them. */
const COARSE = 1 / 4;

/** Whether records lie too far apart, by `step`, to tell a time between them better than roughly. */
export function isCoarse(time: number, step: number | null | undefined): boolean {
  return (step ?? 0) > COARSE * time;
}

/** A teacher unit of which both expert and router were found, by one unit. */
export interface MetPair {
  /** Index of the teacher unit. */
  readonly teacher: number;
  readonly expert: number;
  readonly router: number;
  /** From the expert to the router; negative where the router came first. */
  readonly lag: number;
  /** Whether the records lie close enough for the order of the two to be told. */
  readonly told: boolean;
}

/** The pairs that met: teacher units of which both expert and router were found. */
export function metPairs({ expert, router, step }: Milestones): MetPair[] {
  return expert.flatMap((at, teacher) => {
    const followed = router[teacher] ?? null;
    if (at === null || followed === null) return [];
    const within = Math.max(step?.expert[teacher] ?? 0, step?.router[teacher] ?? 0);
    const lag = followed - at;
    const told = !isCoarse(Math.min(at, followed), within) || Math.abs(lag) > 2 * within;
    return [{ teacher, expert: at, router: followed, lag, told }];
  });
}

/** What pairs that met say of who came first. */
export interface AlignmentOrder {
  /** Pairs of which both expert and router were found. */
  readonly met: number;
  /** Pairs that met and whose order the records tell. */
  readonly told: number;
  /** Pairs of which the records tell that the expert came first. */
  readonly expertFirst: number;
}

/** How many pairs met, and in how many of them the expert came first. */
export function orderOf(milestones: Milestones): AlignmentOrder {
  const met = metPairs(milestones);
  const told = met.filter((pair) => pair.told);
  return {
    met: met.length,
    told: told.length,
    expertFirst: told.filter(({ lag }) => lag > 0).length,
  };
}

/** The times from each expert to its router, of the pairs that met and whose records tell their order. */
export function lagsOf(milestones: Milestones): number[] {
  return metPairs(milestones).flatMap(({ lag, told }) => (told ? [lag] : []));
}

/** The mean of {@link lagsOf}; undefined without one. */
export function meanLag(milestones: Milestones): number | undefined {
  const lags = lagsOf(milestones);
  return lags.length === 0 ? undefined : lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
}

/**
 * The longest step in which a time was interpolated that is shorter than the step, or that leaves the order of its pair
 * untold; undefined where every time can be told.
 */
export function coarsestStep(milestones: Milestones): number | undefined {
  const { expert, router, step } = milestones;
  const untold = new Set(
    metPairs(milestones).flatMap(({ told, teacher }) => (told ? [] : teacher)),
  );
  const coarse = (times: PerUnit, steps: PerUnit = []) =>
    times.flatMap((time, j) => {
      const within = steps[j] ?? 0;
      return time !== null && (within > time || untold.has(j)) ? [within] : [];
    });
  const all = [...coarse(expert, step?.expert), ...coarse(router, step?.router)];
  return all.length === 0 ? undefined : Math.max(...all);
}
