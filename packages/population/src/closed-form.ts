import { type Gate, type MoESpec, UnsupportedError } from '@softmoe/model';
import { expertOf, gateOf, hasOwnGates } from '@softmoe/model/checks';

/** What (7) needs of a unit: its gate, and η_p of its expert h = Σ_p η_p He_p/√p!. */
export interface ClosedForm {
  readonly gate: Gate;
  readonly coefficients: readonly number[];
}

/**
 * The parts of the closed form, docs/theory.md (7). Throws {@link UnsupportedError} where it does not hold: where
 * units share their gates, which are then no functions of one direction each, and for experts that are no polynomials.
 */
export function closedFormOf(spec: MoESpec): ClosedForm {
  if (!hasOwnGates(spec.routing)) throw noClosedForm('spec.routing', spec.routing);
  const { coefficients } = expertOf(spec.expert);
  if (!coefficients) throw noClosedForm('spec.expert.kind', spec.expert.kind);
  return { gate: gateOf(spec.gate), coefficients };
}

/** Whether the expectations of docs/theory.md (7) exist for models of this routing and expert. */
export function hasClosedForm({ routing, expert }: Pick<MoESpec, 'routing' | 'expert'>): boolean {
  return hasOwnGates(routing) && expertOf(expert).coefficients !== undefined;
}

function noClosedForm(field: string, value: string): UnsupportedError {
  return new UnsupportedError('has no population expectations in closed form', {
    field,
    value,
    remedy:
      "Estimate from points with @softmoe/sampled, or use routing 'independent' with hermite, " +
      'series or linear experts.',
  });
}
