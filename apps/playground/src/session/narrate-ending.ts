import {
  adviceWords,
  fallWords,
  identifiabilityWords,
  type Pace,
  paceOf,
  proofWords,
  removalWords,
  routerLengthWords,
  verdictWords,
} from '@softmoe/figures';
import type { Config, Milestones, Phase, Summary } from '@softmoe/lab';
import type { StatelessRecord } from '@softmoe/train';
import { lossWords, plural, readable } from '../format.ts';
import type { Frame, PruneReport } from '../protocol.ts';

/** All that a narration may speak of: nothing that was not measured is said. */
export interface Scene {
  readonly config: Config;
  readonly phase: Phase;
  readonly start: StatelessRecord | undefined;
  readonly latest: StatelessRecord | undefined;
  /** Records of the stage of fine-tuning that runs or ran last, once it has begun. */
  readonly tuned: readonly Frame[];
  readonly milestones: Milestones | undefined;
  readonly pruned: PruneReport | undefined;
  readonly summary: Summary | undefined;
}

export interface Narration {
  /** Changes with what is worth announcing. */
  readonly title: string;
  readonly text: string;
}

/** What pruning kept and what it cost. */
export function narratePruning(
  { kept, merged, curve, lossAfter }: PruneReport,
  { students }: Config,
): Narration {
  const size = kept.length;
  const some = merged.some((units) => units.length > 1);
  return {
    title: `Pruned: ${students} → ${plural(size, 'unit')}. Now press Fine-tune`,
    text: [
      removalWords(curve, size),
      fallWords(curve, size),
      `${some ? 'With duplicates merged' : 'Refitted'} it is ${lossWords(lossAfter, curve.at(-1)?.loss)}.`,
    ]
      .filter((text) => text !== '')
      .join(' '),
  };
}

/** How fine-tuning goes, as far as its records show. */
export function narrateFinetuning(
  { tuned, start, config }: Scene,
  { kept }: PruneReport,
): Narration {
  const latest = tuned.at(-1)?.record;
  const now = lossWords(latest?.loss ?? 0, start?.loss);
  if (tuned.at(-1)?.stage === 'online') {
    return {
      title: 'Fine-tuning on samples first',
      text:
        `SGD goes on with ${plural(kept.length, 'unit')}, as far as fresh batches and the precision of the backend allow: now ` +
        `${now}. The exact loss takes over after that.`,
    };
  }
  const pace = paceOf(tuned.map(({ record }) => record));
  const method =
    config.finetune.method === 'gradientDescent' ? 'gradient descent' : 'Levenberg–Marquardt';
  return {
    title: paceTitle(pace),
    text: `${plural(kept.length, 'unit')}, ${method}. ${paceText(pace)} The loss is ${now}.`,
  };
}

/** What the records of fine-tuning look like on a logarithmic scale. */
function paceTitle({ kind, flat }: Pace): string {
  if (flat) return 'Fine-tuning: the loss is flat, above zero';
  switch (kind) {
    case 'linear':
      return 'Fine-tuning: a straight line down';
    case 'slowing':
      return 'Fine-tuning: slower and slower';
    case 'quickening':
      return 'Fine-tuning: faster and faster';
    case 'open':
      return 'Fine-tuning';
  }
}

function paceText({ kind, factor = 1, flat }: Pace): string {
  const what = flat ? 'its excess over a limit above zero' : 'the loss';
  const by = factor.toPrecision(factor > 0.99 ? 6 : 3);
  switch (kind) {
    case 'linear':
      return `So far convergence is linear: every step multiplies ${what} by ${by}.`;
    case 'slowing':
      return `Every step wins less than the one before: the last ones multiply ${what} by ${by}, and earlier ones did better.`;
    case 'quickening':
      return `Every step wins more than the one before: the last ones multiply ${what} by ${by}.`;
    case 'open':
      return 'How it converges shows after a few steps.';
  }
}

/** What a run came to. */
export function narrateEnd(summary: Summary): Narration {
  const { certificate, recovered, teachers, parameterError, missing, advice } = summary;
  const words = verdictWords(summary);
  const unique = summary.identifiability ? [identifiabilityWords(summary.identifiability)] : [];
  if (certificate.verdict === 'certified' && recovered === teachers) {
    const close =
      parameterError === null
        ? []
        : [`The student’s parameters are the teacher’s, to ${readable(parameterError, 1)}.`];
    const lengths = [routerLengthWords(summary) ?? []].flat();
    const hessian = certificate.estimate
      ? 'The Hessian at the end, estimated on a fixed sample, says: an isolated minimum of zero loss.'
      : 'The Hessian at the end says: an isolated minimum of zero loss.';
    const proof = proofWords(certificate);
    const proved = proof ? [`${proof.short}: ${proof.long}`] : [];
    return {
      title: `Certified${certificate.proof ? ' and proved' : ''}: all ${teachers} teacher experts recovered`,
      text: [...close, ...lengths, hessian, ...unique, ...proved].join(' '),
    };
  }
  const lost = missing.map(({ teacherExpert }) => teacherExpert).join(', ');
  return {
    title:
      missing.length > 0
        ? `Not recovered: teacher ${missing.length === 1 ? 'expert' : 'experts'} ${lost}. ${words.short}`
        : words.short,
    text: [words.long, ...unique, ...advice.map((one) => adviceWords(one, 'page'))].join(' '),
  };
}
