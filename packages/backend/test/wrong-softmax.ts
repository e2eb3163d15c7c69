import { createMoE, type MoE, normaliseRows, type Points, units } from '@softmoe/model';
import { expertOf } from '@softmoe/model/checks';
import { type ParameterName, param, zeros } from '@softmoe/model/linalg';
import { type Backend, createReferenceBackend } from '../src/index.ts';
import { type Wrong, wrong } from './wrong.ts';

const reference = createReferenceBackend();

/** The reference backend on another model in place of every one with softmax routing. */
const mistaking = (change: (model: MoE) => MoE): Partial<Backend> => {
  const changed = (model: MoE) => (model.spec.routing === 'softmax' ? change(model) : model);
  return {
    predict: async (model, ...rest) => reference.predict(changed(model), ...rest),
    units: async (model, ...rest) => reference.units(changed(model), ...rest),
    lossAndGradient: async (model, batch) => reference.lossAndGradient(changed(model), batch),
  };
};

const withParams = ({ spec, params }: MoE, change: Partial<MoE['params']>): MoE => ({
  spec,
  params: { ...params, ...change },
});

/** The reference backend with another gradient of routers and biases, from what it leaves out or adds. */
const misdifferentiating = (
  slope: (pi: number, term: number, output: number, i: number) => number,
): Partial<Backend> => ({
  async lossAndGradient(model, batch) {
    const result = await reference.lossAndGradient(model, batch);
    if (model.spec.routing !== 'softmax') return result;
    return { ...result, gradient: { ...result.gradient, ...routerGradient(model, batch, slope) } };
  },
});

/** Σ_s r slope(π_i, a_i h_i, f) and the same times x: the right gradient for the slope π (a h − f). */
function routerGradient(
  model: MoE,
  { inputs, targets, size }: Points,
  slope: (pi: number, term: number, output: number, i: number) => number,
) {
  const { experts: m, inputDim: d } = model.spec;
  const one = { kind: 'series', coefficients: [1] } as const;
  const pi = units({ ...model, spec: { ...model.spec, expert: one } }, inputs, size);
  const outputs = units(model, inputs, size);
  const amplitude = model.params.amplitude.data;
  const [router, routerBias] = [zeros([m, d]), zeros([m])];
  for (let s = 0; s < size; s++) {
    let f = 0;
    for (let i = 0; i < m; i++) f += amplitude[i]! * outputs[s * m + i]!;
    for (let i = 0; i < m; i++) {
      const gate = pi[s * m + i]!;
      const term = gate === 0 ? 0 : (amplitude[i]! * outputs[s * m + i]!) / gate;
      const t = ((f - targets[s]!) / size) * slope(gate, term, f, i);
      routerBias.data[i] = routerBias.data[i]! + t;
      for (let j = 0; j < d; j++) {
        router.data[i * d + j] = router.data[i * d + j]! + t * inputs[s * d + j]!;
      }
    }
  }
  return { router, routerBias };
}

const SOFTMAX = /^softmax routing, .* expert$/;
/** Experts that are not constant: the gates of a constant expert sum to 1 whatever they are. */
const VARYING = /^softmax routing, (hermite \d|relu|tanh|gelu|linear) expert$/;

/** Backends that are right for independent routing and wrong for softmax. */
export const wrongSoftmax: Readonly<Record<string, Wrong>> = {
  'forgets the bias': wrong(
    mistaking((model) => withParams(model, { routerBias: zeros([model.spec.experts]) })),
    SOFTMAX,
  ),
  'normalises softmax routers': wrong(
    mistaking((model) => withParams(model, { router: normaliseRows(model.params.router) })),
    SOFTMAX,
  ),
  'gates softmax units by a sigmoid': wrong(
    mistaking(({ spec, params }) => {
      const { routerBias: _, ...rest } = params;
      return { spec: { ...spec, gate: 'sigmoid', routing: 'independent' }, params: rest };
    }),
    SOFTMAX,
  ),
  'counts a padding unit in the denominator': wrong(
    mistaking(({ spec, params }) => {
      const { experts: m, inputDim: d } = spec;
      const padded = (name: ParameterName, row: number[]) => ({
        shape: row.length === 1 ? [m + 1] : [m + 1, d],
        data: Float64Array.of(...param(params, name).data, ...row),
      });
      const zero = new Array<number>(d).fill(0);
      return createMoE(
        { ...spec, experts: m + 1 },
        {
          router: padded('router', d === 1 ? [0] : zero),
          expert: padded('expert', [1, ...zero.slice(1)]),
          amplitude: padded('amplitude', [0]),
          routerBias: padded('routerBias', [0]),
        },
      );
    }),
    SOFTMAX,
  ),
  'differentiates gates as if each stood alone': wrong(
    misdifferentiating((pi, term) => pi * (1 - pi) * term),
    VARYING,
  ),
  'leaves out that gates share a denominator': wrong(
    misdifferentiating((pi, term) => pi * term),
    SOFTMAX,
  ),
  'shares the gates of the first two units': wrong(
    misdifferentiating((pi, term, output, i) => pi * (term - (i < 2 ? 0.9999 : 1) * output)),
    VARYING,
  ),
  'leaves out the gradient of the bias': wrong(
    {
      async lossAndGradient(model, batch) {
        const { loss, gradient } = await reference.lossAndGradient(model, batch);
        const { routerBias: _, ...rest } = gradient;
        return { loss, gradient: rest };
      },
    },
    SOFTMAX,
  ),
  'gives the bias a gradient of zero': wrong(
    {
      async lossAndGradient(model, batch) {
        const { loss, gradient } = await reference.lossAndGradient(model, batch);
        if (!gradient.routerBias) return { loss, gradient };
        return { loss, gradient: { ...gradient, routerBias: zeros([model.spec.experts]) } };
      },
    },
    SOFTMAX,
  ),
  'overflows where no largest logit is subtracted': wrong(
    mistaking((model) => {
      const overflow = model.params.routerBias!.data.some((b) => b > 88);
      return overflow
        ? withParams(model, {
            routerBias: { shape: [], data: new Float64Array(model.spec.experts).fill(NaN) },
          })
        : model;
    }),
    /large biases/,
  ),
  'lets no gate but the largest open': wrong(
    mistaking((model) => {
      const sharp = (name: ParameterName) => {
        const { shape, data } = param(model.params, name);
        return { shape, data: data.map((x) => 1e3 * x) };
      };
      return withParams(model, { router: sharp('router'), routerBias: sharp('routerBias') });
    }),
    SOFTMAX,
  ),
  'gives relu a slope at its kink': wrong(
    {
      async lossAndGradient(model, batch) {
        const result = await reference.lossAndGradient(model, batch);
        const kink =
          expertOf(model.spec.expert).name === 'relu' && batch.inputs.some((x) => x === 0);
        const { shape, data } = result.gradient.expert;
        const expert = { shape, data: data.map((g) => g + (kink ? 0.01 : 0)) };
        return { ...result, gradient: { ...result.gradient, expert } };
      },
    },
    /relu expert at its kink/,
  ),
};
