// jax-js on its WebAssembly backend: jit, valueAndGrad, random.normal. An argument is used up unless passed as `.ref`.
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from '@jax-js/jax';

const hermite3 = (z) => np.square(z.ref).sub(3).mul(z).div(Math.sqrt(6));

function moe({ router, expert, amplitude }, x) {
  const gate = nn.sigmoid(np.matmul(x.ref, router.transpose()));
  return np.matmul(gate.mul(hermite3(np.matmul(x, expert.transpose()))), amplitude);
}

const loss = (params, x, y) => np.square(moe(params, x).sub(y)).mean().div(2);
const lossAndGradient = jit(valueAndGrad(loss));

export async function open({ d, n, student, teacher, inputs, targets }) {
  await init('wasm');
  defaultDevice('wasm');
  const array = ({ data, shape }) => np.array(data).reshape(shape);
  const arrays = (params) =>
    Object.fromEntries(Object.entries(params).map(([name, value]) => [name, array(value)]));
  const weights = arrays(student);
  const labels = arrays(teacher);
  const [x, y] = [array(inputs), array(targets)];

  const onlineStep = jit((student, teacher, key) => {
    const x = random.normal(key, [n, d]);
    const y = moe(teacher, x.ref);
    return valueAndGrad(loss)(student, x, y);
  });

  const finish = async ([value, gradient]) => {
    tree.dispose(await blockUntilReady(gradient));
    return (await value.data())[0];
  };
  let step = 0;
  return {
    online: () => finish(onlineStep(tree.ref(weights), tree.ref(labels), random.key(step++))),
    gradient: () => finish(lossAndGradient(tree.ref(weights), x.ref, y.ref)),
    check: async () => {
      const [value, grads] = lossAndGradient(tree.ref(weights), x.ref, y.ref);
      const gradient = {};
      for (const [name, g] of Object.entries(grads)) gradient[name] = [...(await g.data())];
      return { loss: (await value.data())[0], gradient };
    },
    close: () => tree.dispose([weights, labels, x, y]),
  };
}
