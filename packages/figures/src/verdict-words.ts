import type { Summary } from '@softmoe/lab';
import { limitOf } from './convergence.ts';
import { plural, readable } from './format.ts';

/** A verdict in a few words and in a sentence or two. */
export interface VerdictWords {
  readonly short: string;
  readonly long: string;
}

/** What a verdict is worded from. */
export interface Judged
  extends Pick<Summary, 'certificate' | 'survivors' | 'teachers' | 'elimination'> {
  readonly loss: Pick<Summary['loss'], 'final'>;
}

/**
 * What a certificate says of the point where a run ended, by measurement in float64 and tolerances: nothing that its numbers do
 * not hold, and nothing that is proved, which `proofWords` tells.
 */
export function verdictWords(result: Judged): VerdictWords {
  const { certificate, survivors, teachers } = result;
  switch (certificate.verdict) {
    case 'certified':
      return {
        short: 'Certified',
        long: 'As far as float64 measures, an isolated minimum of zero loss: the Hessian there is positive definite.',
      };
    case 'not-converged':
      return {
        short: 'Not certified: it did not converge',
        long: 'The gradient is still too large to judge the point.',
      };
    case 'nonzero-loss':
      return {
        short: 'Not certified: the loss is not zero',
        long: `${certificate.mu > 0 ? 'The point is a minimum' : 'The gradient is zero'} at a loss of ${readable(limitOf(result) ?? certificate.loss, 3)}: ${
          survivors < teachers
            ? `${plural(survivors, 'unit')} cannot be ${teachers} teacher experts.`
            : 'this student is not the teacher.'
        }`,
      };
    case 'saddle':
      return {
        short: 'Not certified: a saddle',
        long: 'The Hessian has a direction that leads further down.',
      };
    case 'unresolved':
      return {
        short: 'Not certified: float64 cannot tell',
        long: 'The loss is zero to rounding, but a unit of the teacher is missing or elsewhere, or too weak to be told from none.',
      };
    case 'degenerate':
      return {
        short: 'Not certified: a flat direction',
        long: `Along some direction the Hessian is flat, so that the minimum is not isolated${
          survivors > teachers
            ? `: there are ${survivors} units, and the teacher has ${teachers}.`
            : '.'
        }`,
      };
  }
}

/** How long routers became that have lengths of their own, in a sentence; none of other routers, nor where no unit was matched. */
export function routerLengthWords({
  routerLengths,
}: Pick<Summary, 'routerLengths'>): string | undefined {
  const { teacher = [], student = [] } = routerLengths ?? {};
  const met = student.flatMap((length, j) =>
    length === null ? [] : [{ length, off: Math.abs(length - (teacher[j] ?? length)) }],
  );
  if (met.length === 0) return undefined;
  const [least, most] = [Math.min, Math.max].map((of) =>
    of(...met.map(({ length }) => length)).toFixed(4),
  );
  const range = least === most ? `length ${least}` : `lengths ${least} to ${most}`;
  const off = Math.max(...met.map((one) => one.off));
  return `Routers, of length 1 at the start, have ${range}, ${off > 0 ? `${readable(off)} from` : 'exactly'} the teacher’s.`;
}
