import type { MoE, MoESpec } from '@softmoe/model';
import { expertOf, gateOf, isBuiltInExpert, requireModel, routingOf } from '@softmoe/model/checks';
import { dot, entry, lanczos, norm, row, rowProducts, zeros } from '@softmoe/model/linalg';

/**
 * Whether the parameters of a teacher are the only ones that give its function, up to the symmetries of docs/theory.md (6).
 * `unique`: the sufficient condition of docs/theory.md (44) holds. The others do not say that there are other parameters, but
 * that it is not shown that there are none. `router-lines`: two routers lie on one line. `expert-functions`: the functions
 * h(w_j·x) are linearly dependent. `unproved`: the condition is not known to suffice for this kind of model.
 */
export type Identifiability =
  /** The least eigenvalue of the correlations of the functions h(w_j·x), from 0 to 1. */
  | { readonly kind: 'unique'; readonly value: number }
  /** The distance of the two lines nearest to each other, of unit vectors, and the units by number from 1. */
  | { readonly kind: 'router-lines'; readonly value: number; readonly units: readonly number[] }
  /** The least eigenvalue of the correlations of the functions h(w_j·x). */
  | { readonly kind: 'expert-functions'; readonly value: number }
  /** What it is not proved for: a routing, a gate or an expert by name. */
  | { readonly kind: 'unproved'; readonly value: string };

/** Lines nearer than this, and correlations with a smaller eigenvalue, count as equal and as dependent. */
const DISTINCT = 1e-6;

/**
 * Looks whether `teacher` meets docs/theory.md (44): with gates of its own that are the sigmoid or tanh and an expert that is a
 * Hermite series, its router lines differ pairwise and the functions h(w_j·x) are linearly independent. The least eigenvalue
 * of their correlations, Σ_p η_p² (w_i·w_j)^p / Σ_p η_p², measures how well. Throws a typed error for what is no model.
 */
export function identifiability(teacher: MoE): Identifiability {
  requireModel('teacher', teacher);
  const unproved = notProved(teacher.spec);
  if (unproved !== undefined) return { kind: 'unproved', value: unproved };
  const lines = nearestLines(teacher);
  if (lines.value < DISTINCT) return { kind: 'router-lines', ...lines };
  const value = leastCorrelation(teacher);
  return { kind: value < DISTINCT ? 'expert-functions' : 'unique', value };
}

/** What of a kind of model the condition is not proved for, by name. */
function notProved({ routing, gate, expert }: MoESpec): string | undefined {
  const { name, ownGates } = routingOf(routing);
  if (!ownGates) return name;
  const used = gateOf(gate);
  if (used !== gateOf('sigmoid') && used !== gateOf('tanh')) return used.name;
  const { name: kind, coefficients } = expertOf(expert);
  // What an object says of itself is no theorem.
  return coefficients && isBuiltInExpert(expert) ? undefined : kind;
}

/** The two routers whose lines are nearest, by the distance of unit vectors along them. */
function nearestLines({ spec, params }: MoE): { value: number; units: number[] } {
  let nearest = { value: Infinity, units: [1, 1] };
  for (let j = 0; j < spec.experts; j++) {
    const one = row(params.router, j);
    for (let i = 0; i < j; i++) {
      const other = row(params.router, i);
      const sign = dot(one, other) < 0 ? -1 : 1;
      const value = norm(one.map((x, c) => x - sign * (other[c] ?? 0)));
      if (value < nearest.value) nearest = { value, units: [i + 1, j + 1] };
    }
  }
  return nearest;
}

/** The least eigenvalue of the matrix of correlations of h(w_i·x) and h(w_j·x) over x ~ N(0, I). */
function leastCorrelation({ spec, params }: MoE): number {
  const m = spec.experts;
  const squares = (expertOf(spec.expert).coefficients ?? []).map((eta) => eta ** 2);
  const total = squares.reduce((sum, square) => sum + square, 0);
  const overlaps = rowProducts(params.expert, params.expert);
  const correlations = zeros([m, m]);
  for (let i = 0; i < m; i++) {
    const values = row(correlations, i);
    values.forEach((_, j) => {
      const overlap = i === j ? 1 : entry(overlaps, i, j);
      // Horner's rule, from the highest degree down.
      values[j] = squares.reduceRight((sum, square) => sum * overlap + square, 0) / total;
    });
  }
  return lanczos(correlations).min.value;
}
