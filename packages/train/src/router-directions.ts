import { dot, type MoE, type NDArray, param, row, zeros } from '@softmoe/model';

/** A router row closer to the mean than this, relative to the longest row, differs from it by rounding only. */
const SAME = 1e-12;

/**
 * The unit vectors that router alignment is measured on, [m, d]. With independent routing these are the router rows.
 *
 * With softmax routing only differences of router rows mean anything, docs/theory.md (6). The direction of unit i is that
 * of ∇log π_i(x) at x = 0, which is v_i − Σ_l π_l(0) v_l with π(0) = softmax(b): a property of the function, so neither
 * translations nor duplicates that share a gate nor dead units (b → −∞) change it. Zero for a row equal to the mean, such
 * as that of a single unit.
 */
export function routerDirections({ spec, params }: MoE): NDArray {
  const router = param(params, 'router');
  if (spec.routing === 'independent') return router;
  const { experts: m, inputDim: d } = spec;
  const bias = param(params, 'routerBias').data;
  const highest = bias.reduce((a, b) => Math.max(a, b));
  const weights = bias.map((b) => Math.exp(b - highest));
  const total = weights.reduce((a, b) => a + b);
  const mean = new Float64Array(d);
  let longest = 0;
  for (let i = 0; i < m; i++) {
    const v = row(router, i);
    for (let j = 0; j < d; j++) mean[j] = mean[j]! + (weights[i]! / total) * v[j]!;
    longest = Math.max(longest, Math.sqrt(dot(v, v)));
  }
  const directions = zeros([m, d]);
  for (let i = 0; i < m; i++) {
    const difference = row(router, i).map((x, j) => x - mean[j]!);
    const length = Math.sqrt(dot(difference, difference));
    if (length > SAME * longest) row(directions, i).set(difference.map((x) => x / length));
  }
  return directions;
}
