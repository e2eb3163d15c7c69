import type { Expert, Gate } from '@softmoe/model';
import { type ConformanceCase, conformanceCase, demand } from './case.ts';

/** Gates and experts of the user's own. */
export interface OwnFunctions {
  readonly gates?: readonly Gate[];
  readonly experts?: readonly Expert[];
}

/** 2,001 points in [−20, 20] that are multiples of nothing, so that a kink is at none of them. */
const POINTS: readonly number[] = Array.from(
  { length: 2001 },
  (_, i) => 0.02 * (i - 1000) + 0.00173,
);
const STEP = 1e-4;

/** What must hold of functions of the user's own whichever backend computes them: they are looked at by themselves. */
export function functionCases({ gates = [], experts = [] }: OwnFunctions): ConformanceCase[] {
  return [
    ...gates.flatMap((gate) => casesOf(`the gate ${gate.name}`, gate)),
    ...experts.flatMap((expert) => casesOf(`the expert ${expert.name}`, expert)),
  ];
}

function casesOf(what: string, f: Gate | Expert): ConformanceCase[] {
  const property = (name: string, holds: () => void) =>
    conformanceCase(`${what} ${name}`, async () => holds());
  const near = (found: number, wanted: number, tolerance: number, at: string) =>
    demand(
      Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)),
      `must be ${wanted}`,
      `${f.name}.${at}`,
      found,
      'Correct value or derivative.',
    );
  return [
    property('is finite between −20 and 20', () => {
      for (const z of POINTS) {
        for (const name of ['value', 'derivative'] as const) {
          const found = f[name](z);
          const remedy = 'Look for an overflow.';
          demand(
            Number.isFinite(found),
            'must be finite',
            `${f.name}.${name}(${z})`,
            found,
            remedy,
          );
        }
      }
    }),
    property('has the derivative of its value', () => {
      for (const z of POINTS) {
        const slope = (f.value(z + STEP) - f.value(z - STEP)) / (2 * STEP);
        near(f.derivative(z), slope, 1e-5, `derivative(${z})`);
      }
    }),
    property('has the symmetry that it tells', () => {
      if (f.parity === 'none') return;
      const sign = f.parity === 'odd' ? -1 : 1;
      for (const z of POINTS) near(f.value(-z), sign * f.value(z), 1e-12, `value(${-z})`);
    }),
    property('evaluates arrays as it evaluates numbers', () => {
      if (!f.evaluate) return;
      const z = Float64Array.from(POINTS);
      const [values, slopes] = [new Float64Array(z.length), new Float64Array(z.length)];
      f.evaluate(z, values, slopes);
      for (const [i, found] of values.entries()) {
        near(found, f.value(z[i] ?? 0), 1e-12, `evaluate, value ${i}`);
        near(slopes[i] ?? 0, f.derivative(z[i] ?? 0), 1e-12, `evaluate, derivative ${i}`);
      }
    }),
    property('passes NaN on', () => {
      for (const name of ['value', 'derivative'] as const) {
        const found = f[name](Number.NaN);
        const remedy = 'Look for a comparison that NaN fails.';
        demand(Number.isNaN(found), 'must be NaN', `${f.name}.${name}(NaN)`, found, remedy);
      }
    }),
  ];
}
