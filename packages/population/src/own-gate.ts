import { type Gate, UnsupportedError, ValueError } from '@softmoe/model';
import { at, exp, ln, norm } from '@softmoe/model/linalg';
import { FEW, GIVEN, type Measured, measure, moments, STEP } from './quadrature.ts';

/** The moments of a gate of the user's own, as the sums of docs/theory.md (8) need them. */
export interface OwnMoments {
  readonly normalised: Float64Array;
  readonly bound: (n: number) => number;
  readonly error: number;
}

/** How many coefficients of a gate are tried, until they are lost in rounding: with a singularity 0.9 from the real axis the last do. */
const COUNTS = [256, 1024, 2048] as const;
const MOST = 2048;

/**
 * The moments of a gate of the user's own: those that it gives, which are checked against quadrature, or else those of quadrature, with
 * an estimate of their error and a bound on the rest from how they decay. Throws {@link UnsupportedError} for a gate that is not smooth
 * enough: whose two grids differ, or whose coefficients are not down to rounding after 2048 of them. Throws
 * {@link ValueError} for given coefficients that are not those of `value`.
 */
export function ownGateMoments(gate: Gate): OwnMoments {
  const given = gate.hermiteCoefficients?.(1, MOST);
  if (given) {
    requireGiven(gate, given);
    const error = Number.EPSILON * norm(given);
    return requireDecay(gate, truncated({ normalised: Float64Array.from(given), error }));
  }
  let found: OwnMoments | Failure = { last: 0, size: NaN };
  for (const count of COUNTS) {
    const measured = measure((z) => gate.value(z), count);
    if (!measured)
      throw notSmooth(gate, 'its moments differ from grid to grid, as at a kink or a jump');
    found = truncated({ ...measured, normalised: ofParity(gate, measured.normalised) });
    if ('bound' in found) break;
  }
  return requireDecay(gate, found);
}

/** The coefficients of a gate without the rounding in those that its parity makes 0. */
function ofParity({ parity }: Gate, coefficients: Float64Array): Float64Array {
  if (parity === 'none') return coefficients;
  return coefficients.map((c, n) => ((n % 2 === 1) === (parity === 'odd') ? c : 0));
}

/** Coefficients that have not decayed: the number of the last one that is no rounding, and its size. */
interface Failure {
  readonly last: number;
  readonly size: number;
}

function requireDecay(gate: Gate, found: OwnMoments | Failure): OwnMoments {
  if ('bound' in found) return found;
  const size = found.size.toExponential(0);
  throw notSmooth(gate, `coefficient ${found.last} of its Hermite series is still ${size}`);
}

/** Coefficients up to where they are lost in rounding for good, with an exponential in √n over those that are left out. */
function truncated({ normalised: all, error }: Omit<Measured, 'norm'>): OwnMoments | Failure {
  const noise = 8 * error;
  const count = all.findLastIndex((c) => Math.abs(c) > noise) + 1;
  if (count > all.length - 64) return { last: count - 1, size: Math.abs(at(all, count - 1)) };
  /** max |c_j| over j ≥ n. */
  const rest = all.slice(0, count);
  for (let n = count - 2; n >= 0; n--)
    rest[n] = Math.max(Math.abs(at(rest, n)), Math.abs(at(rest, n + 1)));
  const from = Math.floor(count / 4);
  const fall = count > 8 ? ln(at(rest, from) / noise) : 40;
  const decay = (0.9 * fall) / (Math.sqrt(count) - Math.sqrt(from) || 1);
  const bound = (n: number) => noise * exp(-decay * (Math.sqrt(n) - Math.sqrt(Math.max(count, 1))));
  return { normalised: all.slice(0, Math.max(count, 1)), bound, error };
}

function notSmooth(gate: Gate, why: string): UnsupportedError {
  return new UnsupportedError(`is not smooth enough for exact expectations: ${why}`, {
    field: 'spec.gate',
    value: gate.name,
    remedy:
      "Give its coefficients, hermiteCoefficients(sigma, count), or sample it: engine 'subspace' or 'online', or @softmoe/sampled.",
  });
}

/** The first of them, to as many digits as quadrature has. */
function requireGiven(gate: Gate, given: Float64Array): void {
  const measured = measure((z) => gate.value(z), FEW);
  const rough = measured ?? moments((z) => gate.value(z), FEW, STEP / 2, STEP / 7);
  const allowed = measured ? GIVEN * measured.norm : 1e-4;
  for (const [n, c] of rough.normalised.entries()) {
    const found = given[n];
    if (found !== undefined && Math.abs(found - c) <= allowed) continue;
    throw new ValueError(`must be E[g(ξ)He_${n}(ξ)]/√${n}! of value, which is ${c}`, {
      field: `spec.gate.hermiteCoefficients(1, …)[${n}]`,
      value: found,
      remedy: 'Correct it, or leave it out: a smooth gate needs none.',
    });
  }
}
