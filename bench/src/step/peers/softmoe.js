// Ours: the tfjs wasm backend with its fused kernels, models and gradients in float64 on the host. OPTION is the variant.
import { createTfjsBackend } from '@softmoe/backend-tfjs';
import { createMoE, normaliseRows } from '@softmoe/model';
import { allowRelaxed } from '../relaxed.js';

let backend;

export async function open({ d, n, routing, student, teacher, inputs, targets }, variant) {
  if (variant === 'relaxed') allowRelaxed();
  backend ??= await createTfjsBackend('wasm', { variant });
  const model = modelOf(student, d, routing);
  const labels = modelOf(teacher, d, routing);
  const batch = { inputs: inputs.data, targets: targets.data, size: n };
  let step = 0;
  return {
    online: async () => {
      const draw = { seed: 1, stream: 'online', step: step++, size: n };
      return (await backend.onlineStep(model, labels, draw)).loss;
    },
    gradient: async () => (await backend.lossAndGradient(model, batch)).loss,
    check: async () => {
      const { loss, gradient } = await backend.lossAndGradient(model, batch);
      const numbers = Object.entries(gradient).map(([name, { data }]) => [name, [...data]]);
      return { loss, gradient: Object.fromEntries(numbers) };
    },
  };
}

function modelOf(params, inputDim, routing) {
  const spec = {
    ...{ inputDim, experts: params.amplitude.shape[0], gate: 'sigmoid', routing },
    expert: { kind: 'hermite', degree: 3 },
  };
  const exact = Object.entries(params).map(([name, array]) => [
    name,
    exactly(name, array, routing),
  ]);
  return createMoE(spec, Object.fromEntries(exact));
}

/** Numbers that were rounded to float32 as float64, rows that must be of unit length made so again. */
function exactly(name, { shape, data }, routing) {
  const numbers = Float64Array.from(data);
  const unit = name === 'expert' || (name === 'router' && routing !== 'softmax');
  return unit ? normaliseRows({ shape, data: numbers }) : { shape, data: numbers };
}
