import type { Summary } from '@softmoe/lab';
import { plural, readable } from './format.ts';
import type { VerdictWords } from './verdict-words.ts';

/** What is proved, in a few words and in a sentence; with its numbers in another. */
export interface ProofWords extends VerdictWords {
  readonly numbers?: string;
}

interface Certificate extends Pick<Summary['certificate'], 'verdict' | 'proof' | 'proofFailure'> {}

type Proof = NonNullable<Certificate['proof']>;
type ProofFailure = NonNullable<Certificate['proofFailure']>;

/**
 * What is proved of the point where a run ended, or why nothing is: `proved` is said of nothing else. Undefined for results
 * that were written before softmoe proved anything.
 */
export function proofWords({ proof, proofFailure }: Certificate): ProofWords | undefined {
  if (proof) return { short: 'Proved', ...provedWords(proof) };
  return proofFailure ? { short: 'Not proved', long: failureWords(proofFailure) } : undefined;
}

/** The words of {@link proofWords} as a list of sentences, of which the first begins with `proved: ` or `not proved: `. */
export function proofSentences(certificate: Certificate): string[] {
  const words = proofWords(certificate);
  if (!words) return [];
  const { short, long, numbers } = words;
  return [`${short.toLowerCase()}: ${long}`, ...(numbers ? [numbers] : [])];
}

/** The verdict of a certificate in its own word, and that there is a proof where there is one. */
export function stateWords({ verdict, proof }: Pick<Certificate, 'verdict' | 'proof'>): string {
  return proof ? `${verdict} and proved` : verdict;
}

function provedWords({ radius, rate, rateHere, distance, steps, start }: Proof) {
  return {
    long:
      `in the ball of radius ${atLeast(radius)} around the teacher’s parameters the teacher is the only critical point, and ` +
      'gradient descent from here converges to it.',
    numbers:
      `From ${atMost(distance)} away each step of a length ${between(steps)} multiplies the distance by at most ` +
      `${atMost(rateHere, 3)}, from the edge of the ball by at most ${atMost(rate, 5)}.${start ? ` ${startWords(start)}` : ''}`,
  };
}

/** Whether the proof covers fine-tuning from its start. */
function startWords({ proved, distance, radius, steps }: NonNullable<Proof['start']>): string {
  return proved
    ? `Where fine-tuning began, ${atMost(distance)} away, steps ${between(steps)} converge to it as well: proved within ${atLeast(radius)}.`
    : `Fine-tuning began ${atMost(distance)} away, farther than the ${atLeast(radius)} within which steps ${between(steps)} are proved to converge.`;
}

const between = (steps: Proof['steps']) =>
  `between ${atMost(Math.min(...steps))} and ${atLeast(Math.max(...steps))}`;

/** Bounds stay true where they are rounded: down what holds from below, */
const atLeast = (value: number, digits = 2) => readable(rounded(value, digits, -1), digits);
/** and up what holds from above. */
const atMost = (value: number, digits = 2) => readable(rounded(value, digits, 1), digits);

function rounded(value: number, digits: number, direction: 1 | -1): number {
  const near = Number(value.toPrecision(digits));
  if (direction * near >= direction * value) return near;
  const last = 10 ** (Math.floor(Math.log10(Math.abs(value))) - digits + 1);
  return Number((near + direction * last).toPrecision(digits));
}

function failureWords({ reason, inequality, left, right }: ProofFailure): string {
  switch (reason) {
    case 'distance':
      return (
        `the student is ${atMost(left ?? Number.NaN)} from the teacher, and descent is proved to get there from within ` +
        `${atLeast(right ?? Number.NaN)} only; from a closer student it would be.`
      );
    case 'curvature':
      return (
        'with every rounding counted the Hessian at the teacher may have a flat direction' +
        `${right === null ? '' : ` (its least eigenvalue is above ${readable(right)}, no more is known)`}; no closer student and no ` +
        'other step mends that, and only more digits could tell a degenerate teacher from one too weak for float64.'
      );
    case 'contraction':
      return 'the longest step of the range does not contract even at the teacher; shorter steps would.';
    case 'size':
      return `the student has ${plural(left ?? Number.NaN, 'unit')} and the teacher ${right}: it takes one of the same size.`;
    case 'routing':
      return 'proofs are for independent gates, and these share their weight.';
    case 'gate':
    case 'expert':
      return `${inequality}.`;
    case 'not-attempted':
      return left === null
        ? `${inequality}.`
        : `a teacher of ${left} experts makes it costly; softmoe certify MODEL --teacher MODEL tries it at any size.`;
  }
}
