// TensorFlow.js with every matMul on the fast path of its wasm backend, which takes no transposed operand: weights are
// kept as [d, units], the gradient is written out, and only small arrays are transposed.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

const ROOT = Math.sqrt(6);
const hermite3 = (z) => z.square().sub(3).mul(z).div(ROOT);
const hermite3Slope = (z) =>
  z
    .square()
    .sub(1)
    .mul(3 / ROOT);

function gateOf({ router, routerBias }, x) {
  const logits = tf.matMul(x, router);
  return routerBias ? tf.softmax(logits.add(routerBias)) : tf.sigmoid(logits);
}

function moe(params, x) {
  const units = gateOf(params, x).mul(hermite3(tf.matMul(x, params.expert)));
  return tf.matMul(units, params.amplitude);
}

/** Loss and gradient; `x` [n, d], `y` [n, 1]. Gradients of router and expert are [m, d]. */
function lossAndGradient(params, x, y) {
  const { expert, amplitude, routerBias } = params;
  const gate = gateOf(params, x);
  const z = tf.matMul(x, expert);
  const h = hermite3(z);
  const units = gate.mul(h);
  const f = tf.matMul(units, amplitude);
  const residual = f.sub(y);
  const r = residual.div(y.shape[0]);
  const a = amplitude.reshape([1, -1]);
  const ra = r.mul(a);
  const routerSlope = routerBias
    ? gate.mul(h.mul(a).sub(f)).mul(r)
    : ra.mul(units).mul(tf.sub(1, gate));
  const expertSlope = ra.mul(gate).mul(hermite3Slope(z));
  return {
    loss: residual
      .square()
      .sum()
      .div(2 * y.shape[0]),
    gradient: {
      router: tf.matMul(tf.transpose(routerSlope), x),
      expert: tf.matMul(tf.transpose(expertSlope), x),
      amplitude: tf.matMul(tf.transpose(units), r),
      ...(routerBias ? { routerBias: routerSlope.sum(0) } : {}),
    },
  };
}

export async function open({ d, n, student, teacher, inputs, targets }) {
  await tf.setBackend('wasm');
  const tensor = ({ data, shape }) => tf.tensor(data, shape);
  const columns = ({ router, expert, amplitude, routerBias }) => ({
    router: tf.tidy(() => tensor(router).transpose()),
    expert: tf.tidy(() => tensor(expert).transpose()),
    amplitude: tf.tensor(amplitude.data, [amplitude.data.length, 1]),
    ...(routerBias ? { routerBias: tensor(routerBias) } : {}),
  });
  const weights = columns(student);
  const labels = columns(teacher);
  const x = tensor(inputs);
  const y = tf.tensor(targets.data, [n, 1]);
  return {
    online: () =>
      tf.tidy(() => {
        const x = tf.randomNormal([n, d]);
        return lossAndGradient(weights, x, moe(labels, x)).loss.dataSync()[0];
      }),
    gradient: () => tf.tidy(() => lossAndGradient(weights, x, y).loss.dataSync()[0]),
    check: () => {
      const { loss, gradient } = lossAndGradient(weights, x, y);
      const read = Object.entries(gradient).map(([name, g]) => [name, [...g.dataSync()]]);
      return { loss: loss.dataSync()[0], gradient: Object.fromEntries(read) };
    },
    close: () => tf.dispose([weights, labels, x, y]),
  };
}
