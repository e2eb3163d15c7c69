import { dot, line } from '@observablehq/plot';
import { color, decades, type Figure } from '@softmoe/figures';
import { diagonal } from './finding-parts.ts';
import type { Descent, DescentTail } from './measurements/descent-tail.ts';

/** What runs on one geometry of the teacher took away of ln loss in a step. */
export interface Rates {
  readonly name: string;
  readonly ratios: readonly { readonly predicted: number; readonly measured: number }[];
}

/** Rates of ln loss, predicted against measured, one symbol a geometry of the teacher. */
export function ratesFigure(rates: readonly Rates[]): Figure {
  const dots = rates.flatMap(({ ratios }, series) => ratios.map((ratio) => ({ ...ratio, series })));
  const values = dots.flatMap(({ predicted, measured }) => [predicted, measured]);
  const styles = [
    { symbol: 'circle', stroke: color('teacher-1') },
    { symbol: 'square', stroke: color('teacher-2') },
    { symbol: 'triangle', stroke: color('teacher-3') },
  ] as const;
  return {
    name: 'c7-rates',
    title: 'Rate of linear convergence, predicted and measured',
    caption: `Each mark is a run: how much of ln loss a step takes away, predicted from the final Hessian and measured. Circles: ${rates[0]?.name}, squares: ${rates[1]?.name}, triangles: ${rates[2]?.name}.`,
    options: {
      grid: true,
      x: { label: 'predicted −ln(loss factor) of a step' },
      y: { label: 'measured' },
      marks: [
        diagonal(values),
        ...styles.map((style, series) =>
          dot(
            dots.filter((one) => one.series === series),
            { x: 'predicted', y: 'measured', ...style, r: 4 },
          ),
        ),
      ],
    },
  };
}

/** Losses of both descents against time, one line a seed. */
export function tailsFigure(outputs: readonly DescentTail[]): Figure {
  const curve = (descent: Descent, run: number, nullLoss: number) =>
    descent.points
      .filter(({ step, loss }) => step > 0 && loss > 0)
      .map((point) => ({ t: descent.step * point.step, loss: point.loss / nullLoss, run }));
  const over = outputs.flatMap((output, run) =>
    curve(output.overparameterised, run, output.nullLoss),
  );
  const pruned = outputs.flatMap((output, run) => curve(output.pruned, run, output.nullLoss));
  const thin = { x: 't', y: 'loss', z: 'run', strokeOpacity: 0.5 } as const;
  return {
    name: 'c7-tails',
    title: 'The same descent with and without pruning',
    caption:
      'Loss relative to the null loss against time (step length times steps), one line a seed, both axes logarithmic. Solid: unpruned, a power law is a straight line. Dashed: pruned, an exponential bends down.',
    options: {
      x: { type: 'log' as const, label: 'time of gradient descent', grid: true },
      y: decades(
        [...over, ...pruned].map(({ loss }) => loss),
        'loss / null loss',
      ),
      marks: [
        line(over, { ...thin, stroke: color('high') }),
        line(pruned, { ...thin, stroke: color('low'), strokeDasharray: '4 2' }),
      ],
    },
  };
}
