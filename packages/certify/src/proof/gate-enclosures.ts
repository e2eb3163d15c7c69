import type { MoESpec } from '@softmoe/model';
import { density, tanh } from './elementary.ts';
import { horner, type Interval, interval, multiply, one, subtract, times } from './interval.ts';
import type { Moments } from './pair-enclosures.ts';
import { probitMoments } from './probit-moments.ts';
import { supremum } from './supremum.ts';
import { type TanhGate, tanhDerivatives, tanhMoments } from './tanh-moments.ts';

/** Bounds on a gate over the whole line, docs/theory.md (57). */
export interface GateBounds {
  /** sup |g′|, sup |g″| and sup |z g′|. */
  readonly first: number;
  readonly second: number;
  readonly pull: number;
  /** sup g², and sup ½(g(t)² + g(−t)²). */
  readonly square: number;
  readonly evenSquare: number;
}

/** What the proof needs of a gate. */
export interface GateEnclosure {
  readonly bounds: GateBounds;
  /** Encloses M_{r,s}(ρ) for r, s ≤ `order`. */
  readonly moments: (order: number) => (rho: Interval) => Moments;
}

/** Enclosures of the gates that have them, by name. Undefined for any other. */
export function gateEnclosure(gate: MoESpec['gate']): GateEnclosure | undefined {
  if (gate === 'sigmoid') return ofTanh({ offset: 0.5, scale: 0.5, slope: 0.5 });
  if (gate === 'tanh') return ofTanh({ offset: 0, scale: 1, slope: 1 });
  return gate === 'probit' ? { bounds: probitBounds(), moments: probitMoments } : undefined;
}

/** Beyond this the suprema are not attained: everything decays like e^{−2z} or faster. */
const REACH = 20;

function ofTanh(gate: TanhGate): GateEnclosure {
  return { bounds: tanhBounds(gate), moments: (order) => tanhMoments(gate, order) };
}

function tanhBounds({ offset, scale, slope }: TanhGate): GateBounds {
  const polynomials = tanhDerivatives(2).map((all) => all.map((x) => interval(x)));
  const highest = (r: number) => supremum((t) => horner(polynomials[r] ?? [], t), 0, 1);
  const pull = supremum((z) => multiply(z, subtract(one, square(tanh(z)))), 0, REACH);
  const most = offset + scale;
  return {
    first: scale * slope * highest(1),
    second: scale * slope * slope * highest(2),
    pull: scale * pull,
    square: most * most,
    evenSquare: offset * offset + scale * scale,
  };
}

function square(t: Interval): Interval {
  return interval(times(t.lo, interval(t.lo)).lo, times(t.hi, interval(t.hi)).hi);
}

function probitBounds(): GateBounds {
  const pull = supremum((z) => multiply(z, densityOn(z)), 0, REACH);
  return { first: density(interval(0)).hi, second: pull, pull, square: 1, evenSquare: 0.5 };
}

/** φ on an interval of numbers ≥ 0, where it falls. */
function densityOn(z: Interval): Interval {
  return interval(density(interval(z.hi)).lo, density(interval(z.lo)).hi);
}
