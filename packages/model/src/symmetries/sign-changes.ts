import { expertOf } from '../expert.ts';
import type { Parity } from '../function.ts';
import { routingOf } from '../routing.ts';
import type { MoESpec } from '../spec.ts';

/** A change of signs of one unit, as factors of its router row, expert row and amplitude. */
export interface SignChange {
  readonly router: number;
  readonly expert: number;
  readonly amplitude: number;
}

/** The change of signs that leaves them as they are. */
export const SAME_SIGNS: SignChange = { router: 1, expert: 1, amplitude: 1 };

/**
 * The sign changes that leave a·u(x; v, w) as it is, docs/theory.md (6): (w, a) → (−w, −a) for an odd expert, w → −w for
 * an even one, and the same with v for the gate. Gates that are shared have none. The identity comes first.
 */
export function signChanges(spec: MoESpec): readonly SignChange[] {
  const gate = routingOf(spec.routing).parity(spec);
  const h = expertOf(spec.expert).parity;
  return signsOf(gate).flatMap((router) =>
    signsOf(h).map((expert) => ({
      router,
      expert,
      amplitude: (gate === 'odd' ? router : 1) * (h === 'odd' ? expert : 1),
    })),
  );
}

function signsOf(parity: Parity): number[] {
  return parity === 'none' ? [1] : [1, -1];
}
