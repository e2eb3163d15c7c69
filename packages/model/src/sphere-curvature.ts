import { addEntry } from './linalg/rows.ts';
import { dotAt } from './linalg/vectors.ts';
import { parameterLayout } from './moe.ts';
import type { NDArray } from './ndarray.ts';
import type { MoE, Params } from './spec.ts';

/** ⟨x, ∇_x L⟩ for every row x on a sphere, 0 for free rows, by the Euclidean `gradient`: routers, then experts, [2m]. */
export function radialDerivatives({ spec, params }: MoE, gradient: Params): Float64Array {
  const { experts: m, inputDim: d } = spec;
  const layout = parameterLayout(spec);
  return Float64Array.from({ length: 2 * m }, (_, i) => {
    const name = i < m ? 'router' : 'expert';
    if (layout[name].manifold === 'free') return 0;
    const start = (i % m) * d;
    return dotAt(params[name].data, start, gradient[name].data, start, d);
  });
}

/**
 * Takes from second derivatives, in place, the last term of docs/theory.md (16), which is due to the curvature of the spheres:
 * `radial` is what {@link radialDerivatives} gives, `span` is in tangent coordinates at the model, `complement` [2m, 2m].
 */
export function subtractRadial(
  { spec }: MoE,
  radial: Float64Array,
  span: NDArray,
  complement: NDArray,
): void {
  const { experts: m, inputDim: d } = spec;
  const layout = parameterLayout(spec);
  let offset = 0;
  radial.forEach((value, b) => {
    const { manifold } = layout[b < m ? 'router' : 'expert'];
    const end = offset + (manifold === 'sphere' ? d - 1 : d);
    for (; offset < end; offset++) addEntry(span, offset, offset, -value);
    addEntry(complement, b, b, -value);
  });
}
