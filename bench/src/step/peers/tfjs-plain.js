// TensorFlow.js as its documentation shows: tf.matMul, tf.variableGrads. OPTION is the backend.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

const hermite3 = (z) => z.square().sub(3).mul(z).div(Math.sqrt(6));

function moe({ router, expert, amplitude, routerBias }, x) {
  const logits = tf.matMul(x, router, false, true);
  const gate = routerBias ? tf.softmax(logits.add(routerBias)) : tf.sigmoid(logits);
  return gate.mul(hermite3(tf.matMul(x, expert, false, true))).dot(amplitude);
}

export async function open({ d, n, student, teacher, inputs, targets }, backend) {
  await tf.setBackend(backend);
  const tensor = ({ data, shape }) => tf.tensor(data, shape);
  const tensors = (params) =>
    Object.fromEntries(Object.entries(params).map(([name, array]) => [name, tensor(array)]));
  const weights = Object.fromEntries(
    Object.entries(tensors(student)).map(([name, value]) => [name, tf.variable(value, true, name)]),
  );
  const labels = tensors(teacher);
  const [x, y] = [tensor(inputs), tensor(targets)];

  const lossAndGradient = (x, y) =>
    tf.variableGrads(() => moe(weights, x).sub(y).square().mean().div(2));

  const finish = ({ value, grads }) => {
    const [loss] = value.dataSync();
    tf.dispose([value, grads]);
    return loss;
  };
  return {
    online: () =>
      tf.tidy(() => {
        const x = tf.randomNormal([n, d]);
        return finish(lossAndGradient(x, moe(labels, x)));
      }),
    gradient: () => tf.tidy(() => finish(lossAndGradient(x, y))),
    check: () => {
      const { value, grads } = lossAndGradient(x, y);
      const gradient = Object.entries(grads).map(([name, value]) => [name, [...value.dataSync()]]);
      return { loss: value.dataSync()[0], gradient: Object.fromEntries(gradient) };
    },
    close: () => tf.disposeVariables(),
  };
}
