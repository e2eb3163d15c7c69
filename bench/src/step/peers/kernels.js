// The fused kernels alone, on a memory of their own, which holds models, data and gradients. OPTION is the variant.
import { loadKernels, workspaceBytes } from '@softmoe/kernels';
import { allowRelaxed } from '../relaxed.js';

export async function open({ d, n, routing, student, teacher, inputs, targets }, variant) {
  if (variant === 'relaxed') allowRelaxed();
  const kernels = await loadKernels({ variant });
  const { memory } = kernels;
  let end = 0;
  const take = (count, data) => {
    const offset = end;
    end += 64 * Math.ceil(count / 16);
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    if (data) new Float32Array(memory.buffer, offset, count).set(data);
    return offset;
  };
  const place = (params) => ({
    spec: {
      ...{ inputDim: d, experts: params.amplitude.shape[0], gate: 'sigmoid', routing },
      expert: { kind: 'hermite', degree: 3 },
    },
    params: mapValues(params, ({ data }) => take(data.length, data)),
  });
  const model = place(student);
  const labels = place(teacher);
  const points = {
    inputs: take(n * d, inputs.data),
    targets: take(n, targets.data),
    size: n,
  };
  const gradient = mapValues(student, ({ data }) => take(data.length));
  const workspace = take(workspaceBytes({ model: model.spec, teacher: labels.spec }) / 4);
  const read = (offset, { data }) => [...new Float32Array(memory.buffer, offset, data.length)];
  let step = 0;
  return {
    online: () => {
      const draw = { seed: 1, stream: 'online', step: step++, size: n };
      return kernels.online(model, labels, draw, gradient, workspace);
    },
    gradient: () => kernels.lossAndGradient(model, points, gradient, workspace),
    check: () => ({
      loss: kernels.lossAndGradient(model, points, gradient, workspace),
      gradient: mapValues(gradient, (offset, name) => read(offset, student[name])),
    }),
  };
}

function mapValues(record, f) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
}
