import type { Config } from '@softmoe/lab';

/** Inputs on which the little pictures of gates and experts are drawn. */
const SPAN = 3;
const POINTS = 25;

/** Probabilists' Hermite polynomial of that degree, not normalised: pictures have their own scale. */
function hermite(degree: number, z: number): number {
  let [before, now] = [0, 1];
  for (let n = 0; n < degree; n++) [before, now] = [now, z * now - n * before];
  return now;
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** How a gate opens along its router; sigmoid and probit look alike at this size, and one of the user's own has no picture. */
export function gateShape({ gate, routerNorm = 1 }: Pick<Config, 'gate' | 'routerNorm'>): string {
  if (typeof gate === 'object') return '';
  const shape = (z: number) => (gate === 'tanh' ? Math.tanh(z) : 1 / (1 + Math.exp(-1.7 * z)));
  const length = routerNorm === 'free' ? 1 : routerNorm;
  return pathOf((z) => shape(length * z));
}

/** What an expert says along its direction. */
export function expertShape({ expert }: Pick<Config, 'expert'>): string {
  switch (expert.kind) {
    case 'hermite':
      return pathOf((z) => hermite(expert.degree, z));
    case 'linear':
      return pathOf((z) => z);
    case 'relu':
      return pathOf((z) => Math.max(0, z));
    case 'tanh':
      return pathOf(Math.tanh);
    case 'gelu':
      return pathOf((z) => z / (1 + Math.exp(-1.7 * z)));
    case 'series':
      return pathOf((z) =>
        expert.coefficients.reduce(
          (sum, coefficient, p) => sum + (coefficient * hermite(p, z)) / Math.sqrt(factorial(p)),
          0,
        ),
      );
    case 'own':
      return '';
  }
}

/** A path in a box of 30 × 16, its values from its bottom to its top. */
function pathOf(curve: (z: number) => number): string {
  const values = Array.from({ length: POINTS }, (_, i) =>
    curve(SPAN * ((2 * i) / (POINTS - 1) - 1)),
  );
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values
    .map((value, i) => {
      const x = (30 * i) / (POINTS - 1);
      const y = 16 - (16 * (value - least)) / (most - least || 1);
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
