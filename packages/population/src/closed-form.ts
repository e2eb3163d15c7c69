import { type MoESpec, UnsupportedError } from '@softmoe/model';
import {
  expertOf,
  gateOf,
  gateOfFreeRouters,
  hasOwnGates,
  isBuiltInExpert,
  isBuiltInGate,
} from '@softmoe/model/checks';
import { gateMoments } from './gate-moments.ts';
import { ownCoefficients } from './own-expert.ts';
import { type ClosedForm, expectationErrorOf } from './pair-groups.ts';

/** What decides whether there is a closed form: the parts of a spec. */
export type ClosedFormParts = Pick<MoESpec, 'routing' | 'expert'> & Partial<Pick<MoESpec, 'gate'>>;

/**
 * The parts of the closed form, docs/theory.md (7). Throws {@link UnsupportedError} where it does not hold: where
 * units share their gates, which are then no functions of one direction each, for experts that are no polynomials, and for gates that are
 * not smooth enough: of the user's own, or behind long routers.
 */
export function closedFormOf(spec: ClosedFormParts): ClosedForm {
  if (!hasOwnGates(spec.routing)) throw noClosedForm('spec.routing', spec.routing);
  const coefficients = coefficientsOf(spec.expert);
  const form = { gate: gateOf(spec.gate), free: gateOfFreeRouters(spec.gate), coefficients };
  if (form.free) return form;
  if (!isBuiltInGate(form.gate)) requireAccuracy(form);
  else if (typeof spec.gate === 'object') gateMoments(form.gate);
  return form;
}

/** Expectations that are known to fewer digits are not called exact. */
const LEAST_ACCURATE = 1e-8;

function requireAccuracy(form: ClosedForm): void {
  const error = expectationErrorOf(form);
  if (error <= LEAST_ACCURATE) return;
  throw new UnsupportedError(
    `is not smooth enough for exact expectations: with this expert they are known to ${error.toPrecision(1)} only`,
    {
      field: 'spec.gate',
      value: form.gate.name,
      remedy: "Sample it: engine 'subspace' or 'online', or @softmoe/sampled.",
    },
  );
}

/**
 * An estimate from above of the error of the expectations of two units, whichever they are, that comes from a gate of the user's own: its
 * moments are those of quadrature. 0 for built-in gates, whose moments are exact to rounding. Throws what {@link closedFormOf} throws.
 */
export function expectationError(parts: ClosedFormParts): number {
  return expectationErrorOf(closedFormOf(parts));
}

function coefficientsOf(expert: MoESpec['expert']): readonly number[] {
  const known = expertOf(expert);
  if (!isBuiltInExpert(expert)) return ownCoefficients(known);
  if (known.coefficients) return known.coefficients;
  throw noClosedForm('spec.expert.kind', known.name);
}

/**
 * Whether the expectations of docs/theory.md (7) exist for models of this routing, expert and gate; a gate that is left out counts as one
 * that is built in. Throws `ValueError` for a part of the user's own whose coefficients are not its own.
 */
export function hasClosedForm({ routing, expert, gate = 'sigmoid' }: ClosedFormParts): boolean {
  if (!hasOwnGates(routing)) return false;
  try {
    closedFormOf({ routing, expert, gate });
    return true;
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
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
