import { createMoE, type Expert, type MoE, type MoESpec, type Routing } from '@softmoe/model';
import { routingOf } from '@softmoe/model/checks';
import { tangentDim } from '@softmoe/model/linalg';
import type { Dataset } from '@softmoe/sampled';
import { createStudent } from '@softmoe/teacher';
import type { JournaledWatch } from './fit-journal.ts';
import { bestOf, type StartsOptions, trainStarts, workOf } from './starts.ts';
import { type ErrorOn, errorOn } from './validated-fit.ts';

/** A model beside others of its size on the same data. */
export interface Contender {
  /** Pruned from more units, of its size from scratch, or a multilayer perceptron of one hidden layer of tanh. */
  readonly kind: 'pruned' | 'scratch' | 'mlp';
  /** Units, or hidden neurons. */
  readonly units: number;
  /** Degrees of freedom: numbers, less one for each row of unit length. */
  readonly parameters: number;
  readonly train: ErrorOn;
  readonly validation: ErrorOn;
  readonly test: ErrorOn;
  /** Starts that it is the best of, by validation error. */
  readonly starts: number;
  /** Steps of Levenberg–Marquardt times the squared degrees of freedom, over all starts, prunings and fine-tunings. */
  readonly work: number;
}

/** An expert that is 1 everywhere: its unit is its gate alone. */
const one: Expert = { name: 'one', parity: 'even', value: () => 1, derivative: () => 0 };

/** Gates of their own whose routers have any length, so that a tanh of them is a neuron with weights and a bias. */
const neurons: Routing = {
  ...routingOf('independent'),
  name: 'neurons',
  layout: ({ experts: m, inputDim: d }) => ({
    router: { name: 'router', shape: [m, d], manifold: 'free' },
  }),
};

/**
 * f(x) = Σ_i a_i tanh(v_i·x), a perceptron of one hidden layer, written as a model whose gates are the neurons: it is trained by what
 * trains any model. Weights and amplitudes start as a student's routers and amplitudes.
 */
export function perceptron(inputDim: number, hidden: number, seed: number): MoE {
  const start = createStudent({
    inputDim,
    experts: hidden,
    gate: 'tanh',
    expert: { kind: 'tanh' },
    seed,
    amplitude: START,
  });
  const spec = { ...start.spec, expert: one, routing: neurons } as unknown as MoESpec;
  return createMoE(spec, start.params);
}

/** Amplitudes at the start: of standardised targets, a third of a standard deviation. */
export const START = 0.3;

/** Weights and amplitude of every neuron: its model has experts too, which are constant. */
const neuronFreedom = ({ spec: { experts, inputDim } }: MoE): number => experts * (inputDim + 1);

/** Neurons of a perceptron with as many degrees of freedom as `model`, to the nearest whole one. */
export function neuronsOfSize({ spec }: MoE): number {
  return Math.max(1, Math.round(tangentDim(spec) / (spec.inputDim + 1)));
}

/** The best by validation error of starts of models like `model` and of perceptrons, each at the cost `options.work` or a little more. */
export async function compareSizes(
  model: MoE,
  create: (experts: number, seed: number) => MoE,
  data: Dataset,
  options: StartsOptions,
  watch: JournaledWatch = {},
): Promise<Contender[]> {
  const { experts, inputDim } = model.spec;
  const scratch = await trainStarts((seed) => create(experts, seed), data, options, watch);
  const hidden = neuronsOfSize(model);
  const plain = { ...options, freedom: neuronFreedom };
  const mlps = await trainStarts((seed) => perceptron(inputDim, hidden, seed), data, plain, watch);
  return [
    contender('scratch', bestOf(scratch).model, data, scratch.length, workOf(scratch)),
    contender('mlp', bestOf(mlps).model, data, mlps.length, workOf(mlps, neuronFreedom)),
  ];
}

/** `model` with its errors on all parts of `data`. */
export function contender(
  kind: Contender['kind'],
  model: MoE,
  data: Dataset,
  starts: number,
  work: number,
): Contender {
  const parameters = kind === 'mlp' ? neuronFreedom(model) : tangentDim(model.spec);
  const { train, validation, test } = data;
  return {
    kind,
    units: model.spec.experts,
    parameters,
    train: errorOn(model, train),
    validation: errorOn(model, validation),
    test: errorOn(model, test),
    starts,
    work,
  };
}
