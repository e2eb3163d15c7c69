import { activationOf } from '../expert.ts';
import type { Parity } from '../function.ts';
import { gateOf } from '../gate.ts';
import type { MoESpec } from '../moe.ts';

/** A change of signs of one unit, as factors of its router row, expert row and amplitude. */
export interface SignChange {
  readonly router: number;
  readonly expert: number;
  readonly amplitude: number;
}

/**
 * The sign changes that leave a·u(x; v, w) as it is, docs/theory.md (6): (w, a) → (−w, −a) for an odd expert, w → −w for
 * an even one, and the same with v for the gate. Softmax gates have none. The identity comes first.
 */
export function signChanges(spec: MoESpec): readonly SignChange[] {
  const gate = spec.routing === 'softmax' ? 'none' : gateOf(spec.gate).parity;
  const activation = activationOf(spec.expert).parity;
  return signsOf(gate).flatMap((router) =>
    signsOf(activation).map((expert) => ({
      router,
      expert,
      amplitude: (gate === 'odd' ? router : 1) * (activation === 'odd' ? expert : 1),
    })),
  );
}

function signsOf(parity: Parity): number[] {
  return parity === 'none' ? [1] : [1, -1];
}
