import type { Config } from '@softmoe/lab';
import { hasClosedForm } from '../session/draft.ts';
import type { Group } from './field.ts';

const sampled = ({ engine }: Config) => engine !== 'exact';
const adam = ({ train }: Config) => train.method === 'adam';
const optimiser = ({ method }: Config['train']) => (method === 'adam' ? 'Adam' : 'SGD');

/** How the student learns. */
export const training: Group = {
  name: 'Training',
  fields: [
    {
      kind: 'choice',
      basic: true,
      label: 'Engine',
      hint: ({ engine, train }) =>
        ({
          exact: 'closed-form expectations in float64: no samples, no noise.',
          subspace: `${optimiser(train)} on fresh samples of the directions that matter only.`,
          online: `${optimiser(train)}, a fresh batch of inputs every step.`,
        })[engine],
      field: 'engine',
      options: (config) => [
        ...(hasClosedForm(config) ? [['exact', 'exact flow'] as const] : []),
        ['subspace', 'subspace samples'],
        ['online', 'online SGD'],
      ],
      value: ({ engine }) => engine,
      change: (engine) => ({ engine: engine as Config['engine'] }),
    },
    {
      kind: 'number',
      basic: true,
      label: 'Batch size',
      hint: 'the larger, the closer to the exact flow.',
      field: 'train.batchSize',
      applies: sampled,
      min: 64,
      max: 16384,
      logarithmic: 'two',
      value: ({ train }) => train.batchSize,
      change: (batchSize) => ({ train: { batchSize } }),
    },
    {
      kind: 'choice',
      label: 'Drawn',
      hint: ({ train }) =>
        train.sampling === 'span'
          ? 'in the span of both models: what SGD sees of its inputs, equal in law and faster where d is large.'
          : 'all d numbers of every input.',
      field: 'train.sampling',
      applies: ({ engine }) => engine === 'online',
      options: () => [
        ['inputs', 'inputs'],
        ['span', 'in the span'],
      ],
      value: ({ train }) => train.sampling,
      change: (sampling) => ({ train: { sampling: sampling as Config['train']['sampling'] } }),
    },
    {
      kind: 'number',
      label: 'Step',
      hint: 'of SGD, in units of flow time.',
      field: 'train.step',
      applies: (config) => sampled(config) && !adam(config),
      min: 0.01,
      max: 0.3,
      step: 0.01,
      value: ({ train }) => train.step,
      change: (step) => ({ train: { step } }),
    },
    {
      kind: 'number',
      label: 'Learning rate',
      hint: 'of Adam; a step counts as that much time.',
      field: 'train.step',
      applies: adam,
      min: 0.001,
      max: 0.05,
      step: 0.001,
      value: ({ train }) => train.step,
      change: (step) => ({ train: { step } }),
    },
    {
      kind: 'choice',
      label: 'Flow',
      hint: ({ train }) =>
        train.flow === 'balanced'
          ? 'all directions move at the same speed, amplitudes multiply.'
          : 'the plain gradient: small amplitudes also move slowly.',
      field: 'train.flow',
      applies: (config) => config.routing === 'independent' && !adam(config),
      options: () => [
        ['balanced', 'balanced'],
        ['plain', 'plain'],
      ],
      value: ({ train }) => train.flow,
      change: (flow) => ({ train: { flow: flow as Config['train']['flow'] } }),
    },
    {
      kind: 'number',
      label: 'Time',
      hint: (config) =>
        adam(config) ? 'of training: steps × learning rate.' : 'of training, in units of the flow.',
      field: 'train.time',
      min: 5,
      max: 400,
      step: 5,
      value: ({ train }) => train.time,
      change: (time) => ({ train: { time } }),
    },
    {
      kind: 'choice',
      label: 'Landscape',
      hint: ({ train }) =>
        train.spectrum
          ? 'the exact Hessian at every record, in a figure of its own; it takes its time.'
          : 'not looked at along the way.',
      field: 'train.spectrum',
      applies: hasClosedForm,
      options: () => [
        ['no', 'not recorded'],
        ['yes', 'recorded'],
      ],
      value: ({ train }) => (train.spectrum ? 'yes' : 'no'),
      change: (chosen) => ({ train: { spectrum: chosen === 'yes' } }),
    },
  ],
};
