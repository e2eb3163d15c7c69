import type { MoE } from '@softmoe/model';
import { expertOf, gateOf, isBuiltInExpert, namedGate } from '@softmoe/model/checks';
import { type GateEnclosure, gateEnclosure } from './gate-enclosures.ts';
import { proofCost } from './proof-cost.ts';
import { between, type ProofFailure, unmet } from './proof-failure.ts';

/** The gate and the expert's coefficients of a pair that a proof can be attempted for, or why it cannot. */
export function subjectOf(
  student: MoE,
  teacher: MoE,
  maxUnits: number,
): ProofFailure | { readonly gate: GateEnclosure; readonly eta: readonly number[] } {
  const { routing, expert, experts: k } = teacher.spec;
  if (routing !== 'independent') {
    return unmet(
      'routing',
      'kind',
      "the routing is not 'independent'",
      "Use routing 'independent'.",
    );
  }
  const { name } = gateOf(teacher.spec.gate);
  const gate = gateEnclosure(namedGate(gateOf(teacher.spec.gate)));
  if (!gate) {
    return unmet(
      'gate',
      'kind',
      `the gate ${name} has no proved bounds`,
      'Use sigmoid, probit or tanh with unit routers.',
    );
  }
  // What an object says of itself, its parity above all, is no theorem: the image would rest on it.
  const eta = isBuiltInExpert(expert) ? expertOf(expert).coefficients : undefined;
  if (!eta || eta.length > 7) {
    return unmet(
      'expert',
      'kind',
      'the expert is no built-in Hermite series',
      'Use hermite, series or linear experts.',
    );
  }
  if (student.spec.experts !== k) {
    return between(student.spec.experts, k, {
      reason: 'size',
      inequality: `m = ${student.spec.experts} is k = ${k}`,
      mend: 'size',
      remedy: `Give a student of the teacher's ${k} units.`,
    });
  }
  if (k > maxUnits) {
    const megabytes = Math.round(proofCost(k).bytes / 1e6);
    const remedy = `Set maxUnits to ${k}. It needs a matrix of ${megabytes} MB and several factorisations of it.`;
    return between(k, maxUnits, {
      reason: 'not-attempted',
      inequality: `k = ${k} ≤ ${maxUnits}`,
      mend: 'attempt',
      remedy,
    });
  }
  return { gate, eta };
}
