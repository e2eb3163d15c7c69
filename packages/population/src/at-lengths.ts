import type { MoE, MoESpec, NDArray, Params } from '@softmoe/model';
import { at, type Blocks, copyParams, perCoordinate } from '@softmoe/model/linalg';
import { divideRouters } from './unit-routers.ts';

type Apply = (direction: Params) => Params;

/** Curvature in the span, as products, and as matrices where they are formed; and out of it. */
interface Parts {
  readonly apply: Apply;
  readonly gaussNewton: Apply;
  readonly span?: Blocks;
  readonly complement: Blocks;
}

/**
 * Second derivatives by the unit routers of a student as those by its routers, of these `lengths`, docs/theory.md (69): with D = diag(σ)
 * over the router's coordinates, H becomes D⁻¹HD⁻¹.
 */
export function atLengths<Given extends Parts>(
  curvature: Given,
  student: MoE,
  lengths: Float64Array,
): Given & { readonly student: MoE } {
  const divided = (apply: Apply): Apply => {
    return (direction) => {
      const unit = copyParams(direction);
      divideRouters(unit.router, lengths);
      const image = apply(unit);
      divideRouters(image.router, lengths);
      return image;
    };
  };
  const { span, complement } = curvature;
  return {
    ...curvature,
    student,
    apply: divided(curvature.apply),
    gaussNewton: divided(curvature.gaussNewton),
    ...(span ? { span: bothSides(inSpan(student.spec, lengths), span) } : {}),
    complement: bothSides(outside(lengths), complement),
  };
}

function inSpan(spec: MoESpec, lengths: Float64Array): Float64Array {
  return perCoordinate(spec, (name, unit) => (name === 'router' ? 1 / at(lengths, unit) : 1));
}

/** Over router 1 … m, expert 1 … m. */
function outside(lengths: Float64Array): Float64Array {
  const scales = new Float64Array(2 * lengths.length).fill(1);
  scales.set(lengths.map((length) => 1 / length));
  return scales;
}

function bothSides(scales: Float64Array, blocks: Blocks): Blocks {
  const n = scales.length;
  const scaled = ({ shape, data }: NDArray): NDArray => ({
    shape,
    data: data.map((x, k) => at(scales, Math.floor(k / n)) * x * at(scales, k % n)),
  });
  let gaussNewton: NDArray | undefined;
  return {
    hessian: scaled(blocks.hessian),
    get gaussNewton() {
      gaussNewton ??= scaled(blocks.gaussNewton);
      return gaussNewton;
    },
  };
}
