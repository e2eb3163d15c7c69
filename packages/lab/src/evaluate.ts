import { forward, type MoE, parameterError, toSpan } from '@softmoe/model';
import { requireInteger } from '@softmoe/model/checks';
import { hasClosedForm, population } from '@softmoe/population';
import { sampleBatch } from '@softmoe/teacher';
import { alignment } from '@softmoe/train';
import { sameUnits } from './own-parts.ts';

/** How far a model is from a teacher over x ~ N(0, I). */
export interface Evaluation {
  /** ½E(f − f*)². */
  readonly loss: number;
  /** ½E f*², the loss of no model at all. */
  readonly nullLoss: number;
  /** Of an estimate from points: how many, and the standard error of `loss`. Null where both losses are exact. */
  readonly estimate: { readonly samples: number; readonly standardError: number } | null;
  /** Largest difference over all parameters up to symmetry; null unless both have units of one kind and equally many. */
  readonly parameterError: number | null;
  /** Overlaps of the experts and of the routers of each teacher unit with the unit matched to it, [k]. */
  readonly alignment: { readonly expert: readonly number[]; readonly router: readonly number[] };
}

/** Which points an estimate is from, where there is no closed form. */
export interface EvaluationOptions {
  /** Default 1,048,576. */
  readonly samples?: number;
  readonly seed?: number;
}

/** Points drawn at a time. */
const BATCH = 4096;

/**
 * The population loss of `model` against `teacher`, docs/theory.md (3): exact where both have gates of their own and experts that
 * are polynomials, docs/theory.md (12), else estimated from fresh points in coordinates of their span. Throws a typed error for what is
 * no model, and for models of different inputs.
 */
export async function evaluate(
  model: MoE,
  teacher: MoE,
  { samples = 2 ** 20, seed = 0 }: EvaluationOptions = {},
): Promise<Evaluation> {
  requireInteger('samples', samples, 2);
  const span = toSpan(model, teacher);
  const exact = hasClosedForm(model.spec) && hasClosedForm(teacher.spec);
  const losses = exact
    ? await exactLosses(span.student, span.teacher)
    : sampledLosses(span.student, span.teacher, samples, seed);
  const { expert, router } = alignment(model, teacher);
  return {
    ...losses,
    parameterError: isLike(model, teacher) ? parameterError(model, teacher) : null,
    alignment: { expert, router },
  };
}

type Losses = Pick<Evaluation, 'loss' | 'nullLoss' | 'estimate'>;

async function exactLosses(model: MoE, teacher: MoE): Promise<Losses> {
  const { objective, gram } = population(teacher);
  const { loss } = await objective.evaluate(model, 0);
  const { target } = await gram(model);
  return { loss, nullLoss: target / 2, estimate: null };
}

function sampledLosses(model: MoE, teacher: MoE, samples: number, seed: number): Losses {
  let [sum, squares, target] = [0, 0, 0];
  for (let step = 0; step * BATCH < samples; step++) {
    const size = Math.min(BATCH, samples - step * BATCH);
    const { inputs, targets } = sampleBatch(teacher, { seed, stream: 'evaluate', step, size });
    const outputs = forward(model, inputs, size);
    for (const [i, y] of targets.entries()) {
      const half = 0.5 * ((outputs[i] ?? Number.NaN) - y) ** 2;
      sum += half;
      squares += half * half;
      target += 0.5 * y * y;
    }
  }
  const loss = sum / samples;
  const variance = Math.max(0, squares / samples - loss * loss) * (samples / (samples - 1));
  return {
    loss,
    nullLoss: target / samples,
    estimate: { samples, standardError: Math.sqrt(variance / samples) },
  };
}

/** Whether the parameters of two models can be compared. */
function isLike(one: MoE, other: MoE): boolean {
  return one.spec.experts === other.spec.experts && sameUnits(one.spec, other.spec);
}
