import { type MoE, type MoESpec, UnsupportedError, ValueError } from '@softmoe/model';
import {
  expertOf,
  type GateName,
  gateOf,
  hasOwnGates,
  namedGate,
  requireFrame,
  requireModel,
} from '@softmoe/model/checks';

/** A constant array of a graph, row-major, of floats or whole numbers; a single number where the shape is []. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | Int32Array;
}

/** Numbers that a graph computes in. */
export type Precision = 'float64' | 'float32';

/** One operator of ONNX: names of what it reads, the name of what it gives, and its whole-number attributes. */
export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, number>>;
}

/** Numbers of the types of arrays in onnx.proto. */
export const arrayTypes = { float32: 1, int64: 7, float64: 11 } as const;

/** f of a model from `inputs` [batch, inputDim] to `outputs` [batch], both float32 whatever it computes in. */
export interface Graph {
  readonly tensors: readonly Tensor[];
  readonly nodes: readonly Node[];
}

/** Name of the points of a {@link Graph}, [batch, inputDim]. */
export const INPUTS = 'inputs';
/** Name of the values f(x) of a {@link Graph}, [batch]. */
export const OUTPUTS = 'outputs';

/**
 * The operators that compute f of docs/theory.md (2), or (5) with shared gates. Parameters are tensors of their own names and
 * shapes. Throws {@link UnsupportedError} for a gate, expert or routing that has no operators here, {@link ValueError} for a
 * parameter beyond float32 where that is the precision, and what `saveMoE` throws for what is no model and one in a frame.
 */
export function graphOf(model: MoE, precision: Precision): Graph {
  requireModel('model', model);
  requireFrame('model', model.spec);
  const { spec, params } = model;
  const graph = new GraphBuilder(precision);
  for (const [name, { shape, data }] of Object.entries(params)) graph.addTensor(name, shape, data);
  const points = graph.cast(INPUTS, precision);
  const logits = (...names: string[]) => graph.add('Gemm', [points, ...names], { transB: 1 });
  const gates = gateOperators(spec)(graph, logits('router', ...biasOf(model)));
  const experts = expertOperators(spec)(graph, logits('expert'));
  const units = graph.add('Mul', [graph.add('Mul', [gates, experts]), 'amplitude']);
  graph.tensors.push({ name: 'unit_axis', shape: [1], data: Int32Array.of(1) });
  const f = graph.add('ReduceSum', [units, 'unit_axis'], { keepdims: 0 });
  graph.cast(f, 'float32', OUTPUTS);
  return graph;
}

/** Adds the operators of a function of the tensor of that name, and returns the name of the values. */
type Operators = (graph: GraphBuilder, z: string) => string;

class GraphBuilder implements Graph {
  readonly tensors: Tensor[] = [];
  readonly nodes: Node[] = [];
  private readonly numbers = new Map<number, string>();
  readonly precision: Precision;

  constructor(precision: Precision) {
    this.precision = precision;
  }

  add(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number>> = {},
    output: string = `${operator}_${this.nodes.length}`,
  ): string {
    this.nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  cast(tensor: string, to: Precision, output?: string): string {
    return this.add('Cast', [tensor], { to: arrayTypes[to] }, output);
  }

  addTensor(name: string, shape: readonly number[], numbers: Iterable<number>): void {
    const exact = Float64Array.from(numbers);
    const data = this.precision === 'float64' ? exact : Float32Array.from(exact);
    for (const [i, x] of data.entries()) {
      if (Number.isFinite(x)) continue;
      throw new ValueError('is beyond float32', {
        field: `params.${name}`,
        value: exact[i],
        remedy: 'Let the file compute in float64.',
      });
    }
    this.tensors.push({ name, shape, data });
  }

  /** The name of a number, one tensor however often it is used. */
  number(value: number): string {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    const name = `number_${this.numbers.size}`;
    this.numbers.set(value, name);
    this.addTensor(name, [], [value]);
    return name;
  }

  times(a: string, factor: number): string {
    return factor === 1 ? a : this.add('Mul', [a, this.number(factor)]);
  }
}

const operator =
  (name: string): Operators =>
  (graph, z) =>
    graph.add(name, [z]);

/** Φ(z) = ½(1 + erf(z/√2)), of which runtimes have erf in float32 only. */
const probit: Operators = (graph, z) => {
  const scaled = graph.cast(graph.times(z, Math.SQRT1_2), 'float32');
  const erf = graph.cast(graph.add('Erf', [scaled]), graph.precision);
  return graph.times(graph.add('Add', [erf, graph.number(1)]), 0.5);
};

/** Gates of a unit's own, by name. */
const gates: Readonly<Record<GateName, Operators>> = {
  sigmoid: operator('Sigmoid'),
  tanh: operator('Tanh'),
  probit,
};

function gateOperators(spec: MoESpec): Operators {
  if (!hasOwnGates(spec.routing)) {
    if (spec.routing === 'softmax') {
      return (graph, z) => graph.add('Softmax', [z], { axis: -1 });
    }
    throw unsupported('routing', spec.routing);
  }
  const gate = namedGate(gateOf(spec.gate));
  if (typeof gate === 'string') return gates[gate];
  if ('value' in gate) throw unsupported('gate', gate);
  const { name, norm } = gate;
  return (graph, z) => gates[name](graph, norm === 'free' ? z : graph.times(z, norm));
}

function biasOf({ params }: MoE): string[] {
  return params.routerBias ? ['routerBias'] : [];
}

/** Experts that are no polynomials, by kind. */
const experts: Readonly<Record<string, Operators>> = {
  relu: operator('Relu'),
  tanh: operator('Tanh'),
  gelu: (graph, z) => graph.add('Mul', [z, probit(graph, z)]),
};

function expertOperators({ expert }: MoESpec): Operators {
  const { coefficients } = expertOf(expert);
  if (coefficients) return hermiteSeries(coefficients);
  const found =
    'kind' in expert && Object.hasOwn(experts, expert.kind) ? experts[expert.kind] : undefined;
  if (!found) throw unsupported('expert', expert);
  return found;
}

/** Σ_p η_p h_p(z) with h_p = (z h_{p−1} − √(p−1) h_{p−2})/√p, docs/theory.md (4). */
function hermiteSeries(eta: readonly number[]): Operators {
  return (graph, z) => {
    const [constant = 0, ...others] = eta;
    const degree = eta.findLastIndex((c) => c !== 0);
    const terms: string[] = [];
    let previous: string | undefined;
    let current = z;
    for (const [i, c] of others.slice(0, degree).entries()) {
      const p = i + 1;
      if (p > 1) {
        const ratio = Math.sqrt((p - 1) / p);
        const rise = graph.times(graph.add('Mul', [z, current]), 1 / Math.sqrt(p));
        const fall = previous ? graph.times(previous, ratio) : graph.number(ratio);
        previous = current;
        current = graph.add('Sub', [rise, fall]);
      }
      if (c !== 0) terms.push(graph.times(current, c));
    }
    const add = (a: string, b: string) => graph.add('Add', [a, b]);
    const sum = terms.length > 0 ? terms.reduce(add) : graph.times(z, 0);
    return constant === 0 ? sum : add(sum, graph.number(constant));
  };
}

function unsupported(field: string, value: unknown): UnsupportedError {
  return new UnsupportedError('has no operators of ONNX here', {
    field: `spec.${field}`,
    value,
    remedy:
      'Export a model whose gate, expert and routing @softmoe/model knows by name, or an expert with Hermite coefficients.',
  });
}
