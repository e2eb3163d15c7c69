import { type Barrier, barrier } from '@softmoe/certify';
import type { MoE } from '@softmoe/model';
import { requireModel, requireSameInputs } from '@softmoe/model/checks';
import { lossAgainst } from './certify-models.ts';

/** Barriers between two students of one teacher. */
export interface Barriers {
  /** On the path from one to the other as they are. */
  readonly straight: Barrier;
  /** On the path to the nearest image of the other under its symmetries. */
  readonly aligned: Barrier;
  /** ½E y², the loss of no unit at all, that heights are measured by. */
  readonly nullLoss: number;
}

/**
 * How far the loss against a teacher rises between two students of one size, as they are and up to symmetry: the exact loss, or
 * that on a fixed sample where it has no closed form. Throws what {@link barrier} throws, and `ShapeError` for a teacher of other inputs.
 */
export async function barriersBetween(
  from: MoE,
  to: MoE,
  teacher: MoE,
  options: { readonly points?: number; readonly signal?: AbortSignal } = {},
): Promise<Barriers> {
  for (const [field, model] of Object.entries({ from, to, teacher })) requireModel(field, model);
  requireSameInputs('from', from, teacher);
  const { objective, gram } = lossAgainst(teacher);
  const aligned = await barrier(from, to, objective, options);
  const straight = await barrier(from, to, objective, { ...options, aligned: false });
  return { straight, aligned, nullLoss: (await gram(teacher)).target / 2 };
}
